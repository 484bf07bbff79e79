import { randomBytes } from 'node:crypto';
import { Pool } from 'pg';
import { migrate } from '../store/migrate';

/** A database of its own for one test file, migrated; `drop` removes it. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Makes a migrated database on the server that the suite's stack runs (PERENNIAL_TEST_DATABASE_URL). */
export async function createTestDatabase(): Promise<TestDatabase> {
  const base = process.env['PERENNIAL_TEST_DATABASE_URL'];
  if (!base) throw new Error('PERENNIAL_TEST_DATABASE_URL is not set: run `npm test`, which starts the stack.');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = new Pool({ connectionString: base, max: 1 });
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  await migrate(url.href);
  return {
    url: url.href,
    async drop() {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}
