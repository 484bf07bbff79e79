// Danger: two workers that start at once both migrate, or a restart migrates again, and the schema is torn or doubled.
import { randomBytes } from 'node:crypto';
import { Pool } from 'pg';
import { migrate } from '../../store/migrate';

jest.setTimeout(60_000);

const base = process.env['PERENNIAL_TEST_DATABASE_URL'] ?? '';
const name = `test_migrate_${randomBytes(6).toString('hex')}`;
const admin = new Pool({ connectionString: base, max: 1 });
const url = new URL(base);
url.pathname = `/${name}`;

beforeAll(async () => {
  await admin.query(`CREATE DATABASE ${name}`);
});

afterAll(async () => {
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.end();
});

async function tables(): Promise<number> {
  const client = new Pool({ connectionString: url.href, max: 1 });
  const found = await client.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM information_schema.tables WHERE table_schema = 'public'`,
  );
  await client.end();
  return found.rows[0]?.n ?? 0;
}

test('of processes that migrate at once, one applies everything and the others nothing', async () => {
  const applied = await Promise.all(Array.from({ length: 5 }, () => migrate(url.href)));
  const working = applied.filter((versions) => versions.length > 0);
  expect(working).toHaveLength(1);
  expect(working[0]?.[0]).toBe(1);
});

test('a second migration does no harm', async () => {
  const before = await tables();
  expect(before).toBeGreaterThan(15);
  await expect(migrate(url.href)).resolves.toEqual([]);
  expect(await tables()).toBe(before);
});

test('a released migration that was edited is refused by name', async () => {
  const client = new Pool({ connectionString: url.href, max: 1 });
  await client.query(`UPDATE schema_version SET md5 = 'edited' WHERE version = 1`);
  await client.end();
  await expect(migrate(url.href)).rejects.toMatchObject({ code: 'PER_RUN_018' });
});
