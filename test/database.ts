import { randomBytes } from 'node:crypto';
import { Client, Pool } from 'pg';
import { migrate } from '../store/migrate';

/** A database of its own for one test file, migrated; `drop` removes it. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Copied for each test file: migrating takes ten times as long. */
const TEMPLATE = 'test_template';

/** Makes the migrated database that those of the test files are copies of, on the server of this address. */
export async function createTemplate(base: string): Promise<void> {
  const admin = new Client({ connectionString: base });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${TEMPLATE}`);
  await admin.end();
  await migrate(at(base, TEMPLATE));
}

function at(base: string, database: string): string {
  const url = new URL(base);
  url.pathname = `/${database}`;
  return url.href;
}

/** Makes a migrated database on the server that the suite's stack runs (PERENNIAL_TEST_DATABASE_URL). */
export async function createTestDatabase(): Promise<TestDatabase> {
  const base = process.env['PERENNIAL_TEST_DATABASE_URL'];
  if (!base) throw new Error('PERENNIAL_TEST_DATABASE_URL is not set: run `npm test`, which starts the stack.');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = new Pool({ connectionString: base, max: 1 });
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  return {
    url: at(base, name),
    async drop() {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}
