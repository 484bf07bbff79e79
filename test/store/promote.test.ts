// Danger: two deciders promote at once and both believe that they won; or the past of "who was champion" is rewritten.
import { Client } from 'pg';
import type { Pool } from 'pg';
import { openDb } from '../../store/db';
import { championOf } from '../../store/models/champion-of';
import { createModelVersion } from '../../store/models/create-model-version';
import { listChampions } from '../../store/models/list-champions';
import { listModelVersions } from '../../store/models/list-model-versions';
import { modelHistory } from '../../store/models/model-history';
import { promote } from '../../store/models/promote';
import { createTestDatabase, type TestDatabase } from '../database';
import { anArtifact } from './rows';

jest.setTimeout(60_000);

let database: TestDatabase;
let db: Pool;
const at = '2001-02-01T00:00:00.000Z';

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url, { max: 20 });
});

afterAll(async () => {
  await db.end();
  await database.drop();
});

async function aVersion(model: string, run: string): Promise<number> {
  const artifact = await anArtifact(db, 'a');
  return createModelVersion(db, {
    model,
    artifact,
    trainer: 'gbdt',
    signature: {},
    metrics: {},
    evaluation: {},
    reference: artifact,
    trainedFrom: at,
    trainedTo: at,
    eventTime: at,
    run,
    address: 'register',
  });
}

function ask(model: string, expectedSeq: number, version: number, decisionId: string) {
  return promote(db, { model, expectedSeq, version, decisionId, reason: 'r', by: 'keeper', eventTime: at });
}

test('twenty that register at once get twenty numbers without a hole, and a retry gets its own again', async () => {
  const given = await Promise.all(Array.from({ length: 20 }, (_, i) => aVersion('numbers', `run-${i}`)));
  expect([...given].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(await aVersion('numbers', 'run-7')).toBe(given[7]);
  expect(await listModelVersions(db, 'numbers', { limit: 50 })).toHaveLength(20);
});

test('of twenty that promote from the same state, exactly one wins and the others are told who', async () => {
  const version = await aVersion('race', 'race-run');
  const results = await Promise.all(Array.from({ length: 20 }, (_, i) => ask('race', 0, version, `race-${i}`)));
  expect(results.filter((r) => r.outcome === 'promoted')).toHaveLength(1);
  const losers = results.filter((r) => r.outcome === 'moved');
  expect(losers).toHaveLength(19);
  expect(losers.every((r) => r.current?.seq === 1)).toBe(true);
  expect(await modelHistory(db, 'race', { limit: 50 })).toHaveLength(1);
});

test('one decision promotes once, however often it is carried out', async () => {
  const version = await aVersion('once', 'once-run');
  const results = await Promise.all(Array.from({ length: 10 }, () => ask('once', 0, version, 'once-decision')));
  expect(results.map((r) => r.outcome).sort()).toEqual([...Array<string>(9).fill('already'), 'promoted']);
});

test('under fifty mixed promotions the log has no hole and each row names the champion before it', async () => {
  const versions = await Promise.all(Array.from({ length: 5 }, (_, i) => aVersion('mixed', `mixed-${i}`)));
  await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      const head = await championOf(db, 'mixed');
      return ask('mixed', head?.seq ?? 0, versions[i % 5] ?? 1, `mixed-${i}`);
    }),
  );
  const log = (await modelHistory(db, 'mixed', { limit: 100 })).reverse();
  expect(log.length).toBeGreaterThan(0);
  log.forEach((row, i) => {
    expect(row.seq).toBe(i + 1);
    expect(row.previous).toBe(i === 0 ? null : log[i - 1]?.version);
  });
});

test('who was champion at a recorded time is answered from the log', async () => {
  const [one, two] = [await aVersion('past', 'past-1'), await aVersion('past', 'past-2')];
  expect(await championOf(db, 'past')).toBeNull();
  await ask('past', 0, one, 'past-1');
  await nextMillisecond();
  await ask('past', 1, two, 'past-2');
  const [second, first] = await modelHistory(db, 'past', { limit: 10 });
  expect((await championOf(db, 'past'))?.version).toBe(two);
  expect((await listChampions(db, { limit: 1, after: 'once' }))[0]).toMatchObject({ model: 'past', version: two });
  expect(await championOf(db, 'past', at)).toBeNull();
  const [firstAt, secondAt] = [first?.recorded_at ?? '', second?.recorded_at ?? ''];
  expect(firstAt < secondAt).toBe(true);
  // The time as it is shown is the first at which it was champion; a millisecond before it was not.
  expect((await championOf(db, 'past', firstAt))?.version).toBe(one);
  expect((await championOf(db, 'past', secondAt))?.version).toBe(two);
  expect((await championOf(db, 'past', before(secondAt)))?.version).toBe(one);
  expect(await championOf(db, 'past', before(firstAt))).toBeNull();
});

/** Waits until the server's clock shows another millisecond. */
async function nextMillisecond(): Promise<void> {
  const clock = async () => (await db.query<{ now: string }>('SELECT clock_timestamp() AS now')).rows[0]?.now ?? '';
  const now = await clock();
  while ((await clock()) === now);
}

function before(instant: string): string {
  return new Date(Date.parse(instant) - 1).toISOString();
}

test('servers hear of a promotion when it commits, and never of one that lost', async () => {
  const listener = new Client({ connectionString: database.url });
  await listener.connect();
  const heard: (string | undefined)[] = [];
  listener.on('notification', (message) => heard.push(message.payload));
  await listener.query('LISTEN perennial_champion');
  const version = await aVersion('heard', 'heard-run');
  await ask('heard', 0, version, 'heard-1');
  await ask('heard', 0, version, 'heard-2');
  await listener.query('SELECT 1');
  await listener.query('SELECT 1');
  expect(heard).toEqual(['heard']);
  await listener.end();
});

test.each(['promotions', 'decisions', 'audit_log'])('%s refuses change, removal and truncation', async (table) => {
  await db.query(`INSERT INTO audit_log (by, action, subject) VALUES ('t', 't', 't')`);
  await db.query(
    `INSERT INTO decisions (id, model, action, rule, reason, event_time) VALUES ('d', 'm', 'refuse', 'r', 'r', now())
     ON CONFLICT DO NOTHING`,
  );
  await expect(db.query(`UPDATE ${table} SET recorded_at = now()`)).rejects.toThrow('append-only');
  await expect(db.query(`DELETE FROM ${table}`)).rejects.toThrow('append-only');
  await expect(db.query(`TRUNCATE ${table}`)).rejects.toThrow('append-only');
});

test('a version that was never registered cannot be promoted', async () => {
  await expect(ask('ghost', 0, 1, 'ghost-1')).rejects.toMatchObject({ code: '23503' });
});
