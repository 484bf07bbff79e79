// Danger: retention removes what is still needed (of an open run, behind the cache, a champion or the ledger), a row whose
// file stays or a file whose row stays, or it promises in a dry run something else than it does. Or it is done twice at once,
// or never.
import { existsSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import pino from 'pino';
import { diskArtifacts, recordArtifact } from '../../store/artifacts';
import { openDb } from '../../store/db';
import { insertLabels } from '../../store/labels';
import { insertEdge } from '../../store/lineage';
import { insertLines } from '../../store/logs/insert-lines';
import { oldestLines } from '../../store/logs/oldest-lines';
import { claimNode } from '../../store/nodes/claim-node';
import { commitNode } from '../../store/nodes/commit-node';
import { appendSegment } from '../../store/predictions';
import { closeRun } from '../../store/runs/close-run';
import { findRun } from '../../store/runs/find-run';
import { doUpkeep, isKeptUp, type UpkeepParts } from '../../store/upkeep/upkeep';
import { readRun } from '../../cli/read-run';
import { startUpkeep } from '../../workers/upkeep';
import { createTestDatabase, type TestDatabase } from '../database';
import { aRun, anArtifact } from './rows';

jest.setTimeout(60_000);

const DAY = 86_400_000;
const retention = { executions: 90 * DAY, logs: 14 * DAY, predictions: 180 * DAY, events: 90 * DAY, artifacts: null };
const root = mkdtempSync(join(tmpdir(), 'perennial-upkeep-'));
let database: TestDatabase;
let db: Pool;
let parts: UpkeepParts;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url);
  parts = { db, artifacts: root, retention };
  await fill();
});

afterAll(async () => {
  await db.end();
  await database.drop();
  rmSync(root, { recursive: true, force: true });
});

/** A run that ended so many days ago (null: it has not), with an execution of each node. */
async function aRunWith(
  id: string,
  daysAgo: number | null,
  nodes: readonly string[],
  cached: string[] = [],
): Promise<void> {
  await aRun(db, id);
  for (const address of nodes) {
    const by = { run: id, address, node: address, step: 's', pool: 'cpu', input: null, worker: 'w', device: null };
    const claim = await claimNode(db, { ...by, attempt: 1 });
    if (claim.kind !== 'claimed') throw new Error('not claimed');
    const cost = { wallMs: 1, cpuMs: 1, peakRss: null, gpuMs: 0, estimated: true };
    const keys = { code: 'c', input: 'i', environment: 'e' };
    const entry = cached.includes(address) ? { key: `${id}-${address}`, step: 's', parts: keys } : null;
    const cache = { hit: false, differed: ['first'] } as const;
    await commitNode(db, { run: id, address, fence: claim.fence, output: 1, cache, cost, entry });
  }
  await db.query(`UPDATE executions SET ended_at = ended_at - interval '400 days' WHERE run_id = $1`, [id]);
  if (daysAgo === null) return;
  await closeRun(db, { run: id, status: 'completed', reason: null });
  await db.query(`UPDATE runs SET ended_at = now() - make_interval(days => $2::int) WHERE id = $1`, [id, daysAgo]);
}

/** A segment of the prediction log that was recorded so many days ago. @returns the digest of its bytes */
async function aSegment(id: string, daysAgo: number, bytes = id): Promise<string> {
  const artifact = await diskArtifacts(db, root).putBytes(Buffer.from(bytes), 'predictions');
  const event = new Date(0).toISOString();
  await appendSegment(db, { id, model: 'm', artifact, rows: 10, event_from: event, event_to: event });
  await db.query(`UPDATE prediction_segments SET recorded_at = now() - make_interval(days => $2::int) WHERE id = $1`, [
    id,
    daysAgo,
  ]);
  utimesSync(fileOf(artifact), new Date(0), new Date(0));
  return artifact;
}

function fileOf(digest: string): string {
  return join(root, 'sha256', digest.slice(0, 2), digest.slice(2));
}

async function aLabel(id: string, daysAgo: number): Promise<void> {
  await insertLabels(db, 'm', [{ id, label: 1 }]);
  await db.query(`UPDATE labels SET arrived_at = now() - make_interval(days => $2::int) WHERE prediction_id = $1`, [
    id,
    daysAgo,
  ]);
}

let segments: Readonly<Record<'gone' | 'shared' | 'ofChampion' | 'young', string>>;

async function fill(): Promise<void> {
  await aRunWith('old', 100, ['a', 'b', 'c'], ['b']);
  await aRunWith('open', null, ['a']);
  await aRunWith('young', 5, ['a']);
  await aRunWith('ledger', 100, ['a']);
  await db.query(`INSERT INTO partition_ledger VALUES ('p', '2026-01-01', '', 'ledger', 'plan', 'b', now())`);
  await aRunWith('ancestor', 300, ['collect']);
  await aRunWith('champion', 290, ['train']);
  await aRunWith('many', 200, ['a']);
  await db.query(`INSERT INTO executions (run_id, address, fence, worker, attempt, outcome, ended_at)
                  SELECT 'many', 'a', i + 1, 'w', 1, 'failed', now() FROM generate_series(1, 6000) AS i`);
  await aChampion();
  segments = {
    gone: await aSegment('s1', 200),
    shared: await aSegment('s2', 200, 'the same'),
    ofChampion: await aSegment('s3', 200),
    young: await aSegment('s4', 5, 'the same'),
  };
  const [data] = await listData();
  await insertEdge(db, {
    child: data,
    parent: segments.ofChampion,
    relation: 'predictions',
    run: 'ancestor',
    address: 'collect',
  });
  for (const [id, age] of [
    ['s1.1', 190],
    ['s3.1', 190],
    ['nobody.1', 190],
    ['s4.1', 3],
  ] as const)
    await aLabel(id, age);
  await db.query(
    `SELECT make_logs_partition((now() AT TIME ZONE 'UTC')::date - ago) FROM unnest(ARRAY[40, 39, 3]) AS ago`,
  );
}

async function listData(): Promise<[string]> {
  return [await anArtifact(db, 'a')];
}

/** A model whose champion was trained by the run of its name, on data that another run has collected. */
async function aChampion(): Promise<void> {
  const [[data], model, reference] = [await listData(), await anArtifact(db, 'b'), 'c'.repeat(64)];
  await recordArtifact(db, { digest: reference, kind: 'json', bytes: 1 });
  await insertEdge(db, { child: model, parent: data, relation: 'trained-on', run: 'champion', address: 'train' });
  await insertEdge(db, { child: data, parent: 'source', relation: 'source', run: 'ancestor', address: 'collect' });
  await db.query(
    `INSERT INTO model_versions (model, version, artifact, trainer, signature, metrics, evaluation, reference,
       trained_from, trained_to, event_time, run_id, address)
     VALUES ('m', 1, $1, 't', '{}', '{}', '{}', $2, now(), now(), now(), 'champion', 'train')`,
    [model, reference],
  );
  await db.query(`INSERT INTO promotions (model, seq, version, decision_id, reason, by, event_time)
                  VALUES ('m', 1, 1, 'd', 'r', 'b', now())`);
}

async function remaining(): Promise<Record<string, unknown>> {
  const executions = await db.query(`SELECT run_id || '/' || address AS name FROM executions ORDER BY 1`);
  const kept = await db.query('SELECT id FROM prediction_segments ORDER BY id');
  const labels = await db.query('SELECT prediction_id AS id FROM labels ORDER BY 1');
  const names = ({ rows }: { rows: { name?: string; id?: string }[] }): string[] =>
    rows.map(({ name, id }) => name ?? id ?? '');
  return {
    executions: [...new Set(names(executions))],
    segments: names(kept),
    labels: names(labels),
    files: Object.entries(segments).flatMap(([name, digest]) => (existsSync(fileOf(digest)) ? [name] : [])),
    oldest: await oldestLines(db),
  };
}

const would = {
  logs: { days: [expect.any(String), expect.any(String)] },
  // Two of `old`, whose third is in the cache, and all of `many`.
  executions: { runs: 2, executions: 6_003 },
  predictions: { segments: 2, predictions: 20, labels: 2 },
};

test('a dry run says what would go, and removes nothing', async () => {
  const before = await remaining();
  expect(await doUpkeep({ ...parts, dryRun: true })).toMatchObject({
    ...{ dryRun: true, complete: true },
    ...would,
    files: 0,
    partitionsMade: 0,
  });
  expect(await remaining()).toEqual(before);
  expect(await isKeptUp(db, DAY)).toBe(false);
});

test('while another process does it, it is not done', async () => {
  const other = await db.connect();
  await other.query('SELECT pg_advisory_lock(7235301946)');
  expect(await doUpkeep(parts)).toBeNull();
  // With the connection it would go a moment later.
  await other.query('SELECT pg_advisory_unlock(7235301946)');
  other.release(true);
});

test('what is old goes, as the dry run has said; what is still pointed at stays, and so does every file that has a record', async () => {
  expect(await doUpkeep(parts)).toMatchObject({ dryRun: false, ...would, files: 1 });
  const { oldest, ...rest } = await remaining();
  expect(rest).toEqual({
    executions: ['ancestor/collect', 'champion/train', 'ledger/a', 'old/b', 'open/a', 'young/a'],
    segments: ['s3', 's4'],
    labels: ['s3.1', 's4.1'],
    files: ['shared', 'ofChampion', 'young'],
  });
  expect(oldest).toBe(new Date(Date.now() - 3 * DAY).toISOString().slice(0, 10));
  expect(await doUpkeep(parts)).toMatchObject({
    logs: { days: [] },
    executions: { runs: 0, executions: 0 },
    predictions: { segments: 0, labels: 0 },
    files: 0,
  });
});

test('of a run it says that its executions are gone, and what they cost stands', async () => {
  const view = await readRun(db, 'many', { limit: 10 });
  expect([view.run.executions_removed_at, view.executions, view.cost.executions]).toEqual([expect.any(String), [], 1]);
  expect(await findRun(db, 'young')).toMatchObject({ executions_removed_at: null });
  const { rows } = await db.query(`SELECT id FROM runs WHERE executions_gone ORDER BY id`);
  expect(rows).toEqual([{ id: 'many' }]);
});

test('what is kept for ever stays', async () => {
  const before = await remaining();
  await aRunWith('older', 5_000, ['a']);
  const forever = { executions: null, logs: null, predictions: null, events: null, artifacts: null };
  expect(await doUpkeep({ ...parts, retention: forever })).toMatchObject({ logs: { before: null, days: [] } });
  const { executions, ...rest } = await remaining();
  expect({ ...rest, executions: before['executions'] }).toEqual(before);
  expect(executions).toContain('older/a');
});

test('a file that was written anew is left until its record has had time to come; then it stays or goes', async () => {
  const [again, fresh] = [await aSegment('s5', 200), await aSegment('s6', 200)];
  const now = new Date();
  for (const digest of [again, fresh]) utimesSync(fileOf(digest), now, now);
  expect(await doUpkeep(parts)).toMatchObject({ predictions: { segments: 2 }, files: 0 });
  expect([again, fresh].map((digest) => existsSync(fileOf(digest)))).toEqual([true, true]);
  // An uploader that was slow records the same bytes again.
  await recordArtifact(db, { digest: again, kind: 'predictions', bytes: 2 });
  utimesSync(fileOf(fresh), new Date(0), new Date(0));
  expect(await doUpkeep(parts)).toMatchObject({ files: 1 });
  expect([again, fresh].map((digest) => existsSync(fileOf(digest)))).toEqual([true, false]);
});

/** Makes the partition of a day so many days ago. */
async function aLogPartition(ago: number): Promise<string> {
  const { rows } = await db.query<{ name: string }>(
    `SELECT 'logs_' || to_char(day, 'YYYYMMDD') AS name, make_logs_partition(day)
     FROM (SELECT (now() AT TIME ZONE 'UTC')::date - $1::int AS day) AS days`,
    [ago],
  );
  return rows[0]?.name ?? '';
}

async function isThere(table: string): Promise<boolean> {
  const { rows } = await db.query<{ is: boolean }>('SELECT to_regclass($1) IS NOT NULL AS is', [table]);
  return rows[0]?.is === true;
}

test('a partition of the log that was detached and not dropped goes with the others; a young one and a table of another name stay', async () => {
  const [old, detached, young] = [await aLogPartition(50), await aLogPartition(45), await aLogPartition(2)];
  for (const name of [detached, young]) await db.query(`ALTER TABLE logs DETACH PARTITION ${name}`);
  await db.query('CREATE TABLE logs_20200101_mine ()');
  const days = [old, detached].map((name) => name.replace(/^logs_(....)(..)(..)$/, '$1-$2-$3'));
  expect(await doUpkeep({ ...parts, dryRun: true })).toMatchObject({ logs: { days } });
  expect(await doUpkeep(parts)).toMatchObject({ complete: true, logs: { days } });
  expect(await Promise.all([old, detached, young, 'logs_20200101_mine'].map(isThere))).toEqual([
    ...[false, false, true, true],
  ]);
  await db.query(`DROP TABLE ${young}, logs_20200101_mine`);
});

test('one that is stopped in the middle, or finds a reader in its way, is not the one of the day', async () => {
  await db.query('DELETE FROM upkeeps');
  const name = await aLogPartition(50);
  expect(await doUpkeep({ ...parts, stopping: () => true })).toMatchObject({ complete: false, logs: { days: [] } });
  expect([await isThere(name), await isKeptUp(db, DAY)]).toEqual([true, false]);
  const reader = await db.connect();
  await reader.query(`BEGIN; LOCK TABLE ${name} IN ACCESS SHARE MODE`);
  expect(await doUpkeep(parts)).toMatchObject({ complete: false, logs: { days: [] } });
  expect([await isThere(name), await isKeptUp(db, DAY)]).toEqual([true, false]);
  await reader.query('ROLLBACK');
  reader.release();
  expect(await doUpkeep(parts)).toMatchObject({ complete: true, logs: { days: [expect.any(String)] } });
  expect([await isThere(name), await isKeptUp(db, DAY)]).toEqual([false, true]);
});

test('workers do it once a day, however many look, and lines have a partition for a week', async () => {
  await db.query('DELETE FROM upkeeps');
  await db.query('DROP TABLE logs CASCADE; ' + (await definitionOfLogs()));
  const log = pino({ level: 'silent' });
  const services = Array.from({ length: 4 }, () => startUpkeep({ ...parts, project: { retention }, log, interval: 5 }));
  for (let i = 0; i < 1_000 && !(await isKeptUp(db, DAY)); i += 1)
    await new Promise((resolve) => setTimeout(resolve, 5));
  await Promise.all(services.map((service) => service.stop()));
  const { rows } = await db.query('SELECT result FROM upkeeps');
  expect(rows).toMatchObject([{ result: { partitionsMade: 8 } }]);
  const line = { run: 'open', address: 'a', fence: 1, attempt: 1, seq: 0, at: Date.now(), message: 'm', fields: '{}' };
  await insertLines(db, [{ ...line, level: 'info' }]);
});

test('one that finds, with the lock in its hands, that another has done it since it asked, does not do it again', async () => {
  await db.query('DELETE FROM upkeeps');
  let asked = 0;
  const isCurrent = async (): Promise<boolean> => {
    asked += 1;
    // Between the worker's question whether it is due, and its lock.
    expect(await doUpkeep(parts)).not.toBeNull();
    return true;
  };
  const log = pino({ level: 'silent' });
  const questions = jest.spyOn(db, 'query');
  const service = startUpkeep({ ...parts, project: { retention }, log, isCurrent, interval: 5 });
  const looks = (): number => questions.mock.calls.filter(([text]) => text.includes('FROM upkeeps')).length;
  // It asks a second time when all of its first look is over.
  for (let i = 0; i < 2_000 && looks() < 2; i += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  await service.stop();
  questions.mockRestore();
  expect([asked, (await db.query('SELECT FROM upkeeps')).rowCount]).toEqual([1, 1]);
});

test('on a host without the artifact store no file is taken for gone: it goes where the store is', async () => {
  const digest = await aSegment('s7', 200);
  const elsewhere = join(root, 'none-here');
  expect(await doUpkeep({ ...parts, artifacts: elsewhere })).toMatchObject({ predictions: { segments: 1 }, files: 0 });
  expect([existsSync(fileOf(digest)), existsSync(elsewhere)]).toEqual([true, false]);
  expect(await doUpkeep(parts)).toMatchObject({ files: 1 });
  expect(existsSync(fileOf(digest))).toBe(false);
});

/** Something that a sensor of `load` saw so many days ago, with its outbox row: dispatched as long ago, or (null) not yet. */
async function anEvent(event: string, seen: number, dispatched: number | null): Promise<void> {
  await db.query(
    `INSERT INTO sensor_events (pipeline, sensor, event, payload, seen_at, run_id)
     VALUES ('load', 's', $1, '1', now() - make_interval(days => $2::int), $1)`,
    [event, seen],
  );
  await anOutboxRow(`sensor:load:s:${event}`, 'sensor', dispatched);
}

async function anOutboxRow(id: string, kind: string, dispatched: number | null, payload: unknown = {}): Promise<void> {
  await db.query(
    'INSERT INTO outbox (id, kind, payload, dispatched_at) VALUES ($1, $2, $4, now() - make_interval(days => $3::int))',
    [id, kind, dispatched, JSON.stringify(payload)],
  );
}

async function aFile(sensor: string, path: string, there: number): Promise<void> {
  await db.query(
    `INSERT INTO sensor_files VALUES ('load', $1, $2, 'stamp', 'digest', now() - make_interval(days => $3::int))`,
    [sensor, path, there],
  );
}

async function aSensor(name: string, looked: number, error: string | null = null): Promise<void> {
  await db.query(
    `INSERT INTO sensors (pipeline, sensor, kind, source, looked_at, error)
     VALUES ('load', $1, 'files', '', now() - make_interval(days => $2::int), $3)`,
    [name, looked, error],
  );
}

async function eventsLeft(): Promise<unknown> {
  const { rows } = await db.query<{ left: string }>(
    `SELECT 'event ' || event AS left FROM sensor_events UNION ALL SELECT 'file ' || path FROM sensor_files
     UNION ALL SELECT id FROM outbox ORDER BY 1`,
  );
  return rows.map(({ left }) => left);
}

test('old events of sensors, files that are gone and told rows go; what is to be told, at work, or keeps something from happening twice stays', async () => {
  await aSensor('s', 0);
  await aSensor('away', 200);
  await aSensor('ill', 0, 'the folder cannot be read');
  await anEvent('old', 100, 100);
  await anEvent('untold', 100, null);
  await anEvent('young', 5, 5);
  await anEvent('open', 100, 5);
  await aFile('s', 'gone', 100);
  await aFile('s', 'there', 0);
  await aFile('away', 'unlooked', 200);
  await aFile('ill', 'unseen', 100);
  await anOutboxRow('dataset:p:d:1', 'dataset', 100);
  await anOutboxRow('candidate:1', 'candidate', 100);
  await anOutboxRow('cause:undecided', 'cause', 100, { event: { cause: { id: 'undecided' } } });
  await anOutboxRow('cause:decided', 'cause', 100, { event: { cause: { id: 'decided' } } });
  await db.query(
    `INSERT INTO causes (id, model, kind, event_time, evidence) VALUES ('decided', 'm', 'person', now(), 'null')`,
  );
  await db.query(
    `INSERT INTO decisions (id, model, cause_id, action, rule, reason, event_time)
     VALUES ('d1', 'm', 'decided', 'refuse', 'cooldown', 'r', now())`,
  );
  const before = await eventsLeft();
  const gone = { events: { events: 1, files: 1, outbox: 2 } };
  expect(await doUpkeep({ ...parts, dryRun: true })).toMatchObject(gone);
  expect(await eventsLeft()).toEqual(before);
  expect(await doUpkeep(parts)).toMatchObject(gone);
  expect(await eventsLeft()).toEqual([
    'candidate:1',
    'cause:undecided',
    'dataset:p:d:1',
    'event open',
    'event untold',
    'event young',
    'file there',
    'file unlooked',
    'file unseen',
    'sensor:load:s:open',
    'sensor:load:s:untold',
    'sensor:load:s:young',
  ]);
});

/** As the migration has it. */
async function definitionOfLogs(): Promise<string> {
  const { readFileSync } = await import('node:fs');
  const sql = readFileSync(join(__dirname, '..', '..', 'migrations', '0013.do.upkeep.sql'), 'utf8');
  return sql.slice(sql.indexOf('CREATE TABLE logs'), sql.indexOf('-- Makes the partition'));
}
