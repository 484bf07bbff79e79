// Danger: an upgrade of a database with many rows holds up the workers while it lasts: a statement of theirs waits for an
// index to be built, or behind a change of a table that itself waits for somebody's long transaction. A writer goes on here
// while large tables are migrated; the control shows that it would be seen to stand still.
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Pool } from 'pg';
import { migrate, migrationsFolder } from '../../store/migrate';

jest.setTimeout(180_000);

const ROWS = 300_000;
const base = process.env['PERENNIAL_TEST_DATABASE_URL'] ?? '';
const admin = new Pool({ connectionString: base, max: 1 });
const made: string[] = [];
const folder = mkdtempSync(join(tmpdir(), 'perennial-migrations-'));

/** A database as a version before this one has left it, with many labels. */
async function aLargeDatabase(rows = ROWS): Promise<string> {
  const name = `test_large_${randomBytes(6).toString('hex')}`;
  await admin.query(`CREATE DATABASE ${name}`);
  made.push(name);
  const url = new URL(base);
  url.pathname = `/${name}`;
  await migrate(url.href, { upTo: 12 });
  const db = new Client({ connectionString: url.href });
  await db.connect();
  await db.query(`INSERT INTO plans VALUES ('h', 'p', '{}')`);
  await db.query(
    `INSERT INTO runs (id, pipeline, plan_hash, config, build, temporal_run_id, status)
     SELECT 'run-' || i, 'p', 'h', '{}', 'b', 't', 'running' FROM generate_series(1, 10) AS i`,
  );
  await db.query(`INSERT INTO labels SELECT 'p.' || i, 'm', 1, now() FROM generate_series(1, $1) AS i`, [rows]);
  await db.end();
  return url.href;
}

/** The released migrations, and more. */
function withMore(more: Readonly<Record<string, string>>): string {
  const own = mkdtempSync(join(folder, 'more-'));
  cpSync(migrationsFolder(), own, { recursive: true });
  for (const [name, sql] of Object.entries(more)) writeFileSync(join(own, name), sql);
  return own;
}

interface Seen {
  /** Of each statement of the writer, when it began and ended, ms. */
  readonly statements: readonly { readonly from: number; readonly to: number }[];
  /** When the migrating session was seen in a statement, with its text. */
  readonly samples: readonly { readonly at: number; readonly query: string; readonly held: boolean }[];
}

/** Migrates while a writer inserts and reads as fast as it can, and somebody looks at the locks. */
async function migrateWatched(url: string, own: string): Promise<Seen> {
  const [writer, watcher] = [new Client({ connectionString: url }), new Client({ connectionString: url })];
  for (const one of [writer, watcher]) one.on('error', () => undefined);
  await Promise.all([writer.connect(), watcher.connect()]);
  const statements: { from: number; to: number }[] = [];
  const samples: { at: number; query: string; held: boolean }[] = [];
  let over = false;
  const write = async (): Promise<void> => {
    for (let i = 0; !over; i += 1) {
      const from = performance.now();
      if (i % 2 === 0) await writer.query(`INSERT INTO labels VALUES (gen_random_uuid(), 'm', 0)`);
      else await writer.query(`SELECT label FROM labels WHERE prediction_id = 'p.1'`);
      statements.push({ from, to: performance.now() });
    }
  };
  const watch = async (): Promise<void> => {
    while (!over) {
      const at = performance.now();
      const { rows } = await watcher.query<{ query: string; held: boolean }>(
        `SELECT query, EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.granted
                  AND l.relation IN ('labels'::regclass, 'runs'::regclass)
                  AND l.mode IN ('AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock')) AS held
         FROM pg_stat_activity a WHERE application_name = 'migrating' AND state <> 'idle'`,
      );
      for (const row of rows) samples.push({ at, ...row });
      await sleep(2);
    }
  };
  const named = new URL(url);
  named.searchParams.set('application_name', 'migrating');
  const watching = Promise.all([write(), watch()]);
  try {
    await migrate(named.href, { folder: own });
  } finally {
    over = true;
    await watching;
    await Promise.all([writer.end(), watcher.end()]);
  }
  return { statements, samples };
}

/** Statements of the writer that began and ended while the migrating session was seen in one like this. */
function writesDuring({ statements, samples }: Seen, like: RegExp): number {
  const at = samples.filter(({ query }) => like.test(query)).map((sample) => sample.at);
  const [from, to] = [Math.min(...at), Math.max(...at)];
  return statements.filter((one) => one.from >= from && one.to <= to).length;
}

function longest({ statements }: Seen): number {
  return Math.max(...statements.map(({ from, to }) => to - from));
}

afterAll(async () => {
  for (const name of made) await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.end();
  rmSync(folder, { recursive: true, force: true });
});

test('a writer goes on while large tables are migrated, and no lock that would hold it up lasts', async () => {
  const url = await aLargeDatabase();
  const batches = `-- Outside a transaction: rows are filled in.
    ALTER TABLE labels ADD COLUMN IF NOT EXISTS seen boolean;
    -- In batches
    UPDATE labels SET seen = true WHERE prediction_id IN
      (SELECT prediction_id FROM labels WHERE seen IS NULL AND prediction_id LIKE 'p.15%' LIMIT 2000 FOR UPDATE SKIP LOCKED);`;
  const own = withMore({ '9998.do.fill.sql': batches });
  const seen = await migrateWatched(url, own);
  expect(writesDuring(seen, /^CREATE INDEX CONCURRENTLY.* ON labels/)).toBeGreaterThan(10);
  expect(writesDuring(seen, /^UPDATE labels/)).toBeGreaterThan(10);
  // The catalog's own changes are too short to be met often.
  const held = seen.samples.filter((sample) => sample.held);
  expect(held.length).toBeLessThan(seen.samples.length / 10);
  const [first, last] = [seen.samples[0]?.at ?? 0, seen.samples.at(-1)?.at ?? 0];
  expect(longest(seen)).toBeLessThan((last - first) / 2);
  const db = new Client({ connectionString: url });
  await db.connect();
  const { rows } = await db.query(
    `SELECT count(*)::int AS n FROM labels WHERE prediction_id LIKE 'p.15%' AND seen IS NULL`,
  );
  expect(rows).toEqual([{ n: 0 }]);
  await db.end();

  // Control: an index that is not built concurrently holds the writer up, and that is seen.
  const bad = withMore({
    '9998.do.fill.sql': batches,
    '9999.do.bad.sql': 'CREATE INDEX bad ON labels (model, label, prediction_id, arrived_at)',
  });
  const still = await migrateWatched(url, bad);
  expect(writesDuring(still, /^CREATE INDEX bad/)).toBeLessThan(10);
  expect(still.samples.some(({ held }) => held)).toBe(true);
});

test('what does not get its lock gives up after a moment, leaves nothing behind, and comes to its turn later', async () => {
  const url = await aLargeDatabase(10);
  const reader = new Client({ connectionString: url });
  await reader.connect();
  await reader.query('BEGIN');
  await reader.query('SELECT count(*) FROM runs');
  await expect(migrate(url, { waits: [1] })).rejects.toMatchObject({ code: 'PER_RUN_160' });
  // Nobody queues behind it any more.
  const other = new Client({ connectionString: url });
  await other.connect();
  await expect(other.query('SELECT count(*)::int AS n FROM runs')).resolves.toMatchObject({ rows: [{ n: 10 }] });
  expect((await other.query(`SELECT to_regclass('logs') AS logs`)).rows).toEqual([{ logs: null }]);
  const later = migrate(url, { waits: Array.from({ length: 50 }, () => 20) });
  await reader.query('COMMIT');
  expect(await later).toEqual(expect.arrayContaining([13, 14]));
  await Promise.all([reader.end(), other.end()]);
});

test('an index that a kill left half built is built anew', async () => {
  const url = await aLargeDatabase(10);
  await migrate(url, { upTo: 13 });
  const db = new Client({ connectionString: url });
  await db.connect();
  await db.query('CREATE INDEX labels_by_arrival ON labels (arrived_at, prediction_id)');
  await db.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'labels_by_arrival'::regclass`);
  await migrate(url);
  const { rows } = await db.query(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'labels_by_arrival'::regclass`);
  expect(rows).toEqual([{ indisvalid: true }]);
  await db.end();
});
