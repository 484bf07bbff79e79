// Danger: what a preview is copied from is changed by it; the copy shows two moments, or loses digits on its way; a process mixes a
// preview with production; a preview that was cut short can neither be used nor dropped; dropping takes what is no preview's.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { msToTs } from '@temporalio/common/lib/time';
import type { Pool } from 'pg';
import { createPreview } from '../../cli/preview/create';
import { dropPreview } from '../../cli/preview/drop';
import { listPreviews } from '../../cli/preview/list';
import { previewFolder, readMarker, writeMarker } from '../../cli/preview/marker';
import { type Reachable, reachableSettings } from '../../cli/settings';
import { connectTemporal } from '../../client/connection';
import { describeDeployment } from '../../client/deploy/deployment';
import { registerPreviewNamespace } from '../../client/preview/namespace';
import { openDb } from '../../store/db';
import { championOf } from '../../store/models/champion-of';
import { createModelVersion } from '../../store/models/create-model-version';
import { promote } from '../../store/models/promote';
import { createPreviewDatabase, inPreview } from '../../store/previews/databases';
import { migrate } from '../../store/migrate';
import { withDatabase } from '../../store/previews/names';
import { refusePreviewNamespace } from '../../workers/connect';
import { refuseMixed } from '../../store/previews/refuse-mixed';
import { seeWorker } from '../../store/workers/see-worker';
import { eventually } from '../chaos/surroundings';
import { createTestDatabase, type TestDatabase } from '../database';
import { anArtifact, aRun } from './rows';

jest.setTimeout(120_000);

const at = '2026-01-02T03:04:05.678Z';
const before = { ...process.env };
let database: TestDatabase;
let db: Pool;
let state: string;
let settings: Reachable;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url, { max: 2 });
  state = mkdtempSync(join(tmpdir(), 'perennial-preview-'));
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'],
    // Of its own in the one server of the suite.
    TEMPORAL_NAMESPACE: new URL(database.url).pathname.slice(1),
    PERENNIAL_STATE: state,
    PERENNIAL_PREVIEW: '',
  });
  settings = reachableSettings({});
  await fillProduction();
});
afterAll(async () => {
  for (const { name } of await listPreviews(settings)) await dropPreview(settings, name, true);
  process.env = before;
  await db.end();
  await database.drop();
  rmSync(state, { recursive: true, force: true });
});

async function fillProduction(): Promise<void> {
  await aRun(db, 'old', 'churn');
  for (const digit of ['a', 'b']) {
    const artifact = await anArtifact(db, digit);
    const about = { trainer: 'gbdt', signature: {}, metrics: { auc: 0.1 + 0.2 }, evaluation: {}, reference: artifact };
    const trained = { trainedFrom: at, trainedTo: at, eventTime: at };
    const version = { model: 'churn', artifact, ...about, ...trained, run: 'old', address: digit };
    await createModelVersion(db, version);
    const seq = digit === 'a' ? 0 : 1;
    await promote(db, promotion(`decided-${digit}`, seq, seq + 1));
  }
  await db.query(
    `INSERT INTO cache_entries (key, step, parts, output, run_id, address)
     VALUES ('k1', 's', '{}', 'null', 'old', 'n'), ('k2', 's', '{}', '{"x": 0.30000000000000004, "t": "a\\"(,b"}', 'old', 'm')`,
  );
}

const promotion = (decisionId: string, expectedSeq: number, version: number) => ({
  ...{ model: 'churn', expectedSeq, version, decisionId, reason: 'better', by: 'keeper', eventTime: at },
});
const create = (name: string, more: Partial<Parameters<typeof createPreview>[1]> = {}, on = settings) =>
  createPreview(on, { name, base: null, artifacts: null, withSchedules: false, ...more });
const urlOf = (name: string) =>
  withDatabase(database.url, `${new URL(database.url).pathname.slice(1)}_preview_${name}`);
const rowsOf = async (of: Pool, table: string) =>
  (await of.query<{ row: string }>(`SELECT t::text AS row FROM ${table} t ORDER BY 1`)).rows.map(({ row }) => row);

/** Every row of production, as text. */
async function everything(): Promise<Record<string, string[]>> {
  const tables = await db.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
  );
  const found: Record<string, string[]> = {};
  for (const { name } of tables.rows) found[name] = await rowsOf(db, name);
  return found;
}

async function inNew<T>(name: string, work: (own: Pool) => Promise<T>): Promise<T> {
  const made = await inPreview(urlOf(name), work);
  if (made === null) throw new Error('there is no such database');
  return made;
}

test('what runs read is copied to the last digit, marked as production’s, and production is as it was', async () => {
  const earlier = await everything();
  const created = await create('copied');
  expect(created.copied).toMatchObject({ plans: 1, artifacts: 2, model_versions: 2, promotions: 1, cache_entries: 2 });
  await inNew('copied', async (own) => {
    for (const table of ['plans', 'artifacts']) expect(await rowsOf(own, table)).toEqual(earlier[table]);
    const marked = (rows: string[] = []) => rows.map((row) => row.replace(',old,', ',production:old,'));
    for (const table of ['model_versions', 'cache_entries'])
      expect(await rowsOf(own, table)).toEqual(marked(earlier[table]));
    for (const table of ['runs', 'workers', 'outbox', 'decisions']) expect(await rowsOf(own, table)).toEqual([]);
    expect(await championOf(own, 'churn')).toMatchObject({ version: 2, seq: 2, decision_id: 'production:decided-b' });
  });
  expect(await everything()).toEqual(earlier);
});

test('a promotion in a preview counts there alone, even one that production has decided under the same id', async () => {
  await create('promotes');
  const earlier = await everything();
  await inNew('promotes', async (own) => {
    // A partition's run has the same id in both.
    const [{ artifact } = { artifact: '' }] = (
      await own.query<{ artifact: string }>('SELECT artifact FROM model_versions')
    ).rows;
    const about = { trainer: 'x', signature: {}, metrics: {}, evaluation: {}, reference: artifact };
    const trained = { trainedFrom: at, trainedTo: at, eventTime: at, run: 'old', address: 'a' };
    expect(await createModelVersion(own, { model: 'churn', artifact, ...about, ...trained })).toBe(3);
    expect(await promote(own, promotion('decided-b', 2, 3))).toMatchObject({ outcome: 'promoted' });
    expect(await championOf(own, 'churn')).toMatchObject({ version: 3 });
  });
  expect(await championOf(db, 'churn')).toMatchObject({ version: 2 });
  expect(await everything()).toEqual(earlier);
});

test('a name that is taken, a base that is away, of another migration or itself a preview: refused, and nothing is left', async () => {
  await create('first');
  await expect(create('first')).rejects.toMatchObject({ code: 'PER_STACK_086' });
  // Another host knows its database alone.
  const elsewhere = { ...settings, previews: join(state, 'elsewhere') };
  await expect(create('first', {}, elsewhere)).rejects.toMatchObject({ code: 'PER_STACK_086' });
  expect(existsSync(previewFolder(elsewhere.previews, 'first'))).toBe(false);
  expect(await inNew('first', (own) => championOf(own, 'churn'))).not.toBeNull();
  const away = create('second', { base: 'postgres://nobody:secret@127.0.0.1:1/none' });
  await expect(away).rejects.toThrow(/^(?!.*secret).*PER_STACK_010/);
  await expect(create('second', { artifacts: join(state, 'nowhere') })).rejects.toMatchObject({
    code: 'PER_STACK_087',
  });
  await expect(create('second', { base: urlOf('first') })).rejects.toMatchObject({ code: 'PER_STACK_087' });
  const older = await createTestDatabase();
  const old = openDb(older.url, { max: 1 });
  await old.query('DELETE FROM schema_version WHERE version = (SELECT max(version) FROM schema_version)');
  await expect(create('second', { base: older.url })).rejects.toThrow(
    /PER_STACK_087.*have migration \d+, this engine's/,
  );
  await old.end();
  await older.drop();
  expect((await listPreviews(settings)).map(({ name }) => name)).not.toContain('second');
});

test('when something fails on the way, what was made is removed, and the name is free', async () => {
  const temporal = await connectTemporal({ address: settings.temporalAddress });
  const namespace = `${settings.temporalNamespace}-preview-hindered`;
  await temporal.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  await expect(create('hindered')).rejects.toThrow(/PER_STACK_086.*no preview's/);
  expect((await listPreviews(settings)).map(({ name }) => name)).not.toContain('hindered');
  const { namespaceInfo } = await temporal.workflowService.describeNamespace({ namespace });
  expect(namespaceInfo?.name).toBe(namespace);
  await temporal.connection.operatorService.deleteNamespace({ namespace });
  await temporal.connection.close();
});

test('a process whose records, namespace and artifacts are not of one preview, or all of production, is refused', async () => {
  await create('mixed', { withSchedules: true });
  const production = {
    ...{ databaseUrl: database.url, temporalNamespace: settings.temporalNamespace },
    ...{ artifacts: settings.artifacts, artifactsBase: null, preview: null },
  };
  const { temporalNamespace, artifacts, artifactsBase } = reachableSettings({ preview: 'mixed' });
  const own = { databaseUrl: urlOf('mixed'), temporalNamespace, artifacts, artifactsBase, preview: 'mixed' };
  expect(await refuseMixed(production)).toEqual({ startsByItself: true });
  expect(await refuseMixed(own)).toEqual({ startsByItself: true });
  await create('quiet');
  const quiet = reachableSettings({ preview: 'quiet' });
  expect(await refuseMixed(quiet)).toEqual({ startsByItself: false });
  for (const mixed of [
    { ...production, databaseUrl: own.databaseUrl },
    { ...production, preview: 'mixed' },
    { ...own, databaseUrl: database.url },
    { ...own, preview: 'quiet' },
    { ...own, temporalNamespace: settings.temporalNamespace },
    { ...own, artifacts: settings.artifacts },
    { ...own, artifactsBase: null },
    { ...own, artifacts: byAnotherPath(own.artifactsBase ?? '') },
    { ...production, artifactsBase: artifacts },
  ]) {
    await expect(refuseMixed(mixed)).rejects.toMatchObject({ code: 'PER_STACK_089' });
  }
});

/** A folder as a link leads to it. */
function byAnotherPath(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const link = join(state, 'another-path');
  symlinkSync(folder, link);
  return link;
}

test('a namespace that an earlier preview has left is used again, without the build that was current in it', async () => {
  const namespace = `${settings.temporalNamespace}-preview-again`;
  const temporal = await connectTemporal({ address: settings.temporalAddress, namespace });
  await registerPreviewNamespace(temporal, 'again');
  await temporal.workflowService.setWorkerDeploymentCurrentVersion({
    ...{ namespace, deploymentName: 'perennial', buildId: 'of-then', identity: 'test' },
    ...{ allowNoPollers: true, ignoreMissingTaskQueues: true },
  });
  await eventually(async () => (await describeDeployment(temporal)).current === 'of-then');
  expect(await create('again')).toMatchObject({ namespace });
  expect((await describeDeployment(temporal)).current).toBeNull();
  await temporal.connection.close();
});

test("production's worker is refused in the namespace of a preview, and nowhere else", async () => {
  const { namespace } = await create('alone');
  const temporal = await connectTemporal({ address: settings.temporalAddress, namespace });
  const here = { temporalNamespace: namespace, preview: null };
  await expect(refusePreviewNamespace(temporal.connection, here)).rejects.toThrow(/PER_STACK_089.*'alone'/);
  await refusePreviewNamespace(temporal.connection, { ...here, preview: 'alone' });
  await refusePreviewNamespace(temporal.connection, { ...here, temporalNamespace: settings.temporalNamespace });
  await temporal.connection.close();
});

test("a folder that holds somebody else's files is no preview: it is neither listed nor dropped", async () => {
  const folder = join(settings.previews, 'artifacts');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'blob'), 'production');
  expect((await listPreviews(settings)).map(({ name }) => name)).not.toContain('artifacts');
  await expect(dropPreview(settings, 'artifacts', true)).rejects.toMatchObject({ code: 'PER_STACK_089' });
  expect(readFileSync(join(folder, 'blob'), 'utf8')).toBe('production');
});

test('dropping: not under workers unless forced; everything goes; a second time there is none', async () => {
  const { folder, namespace } = await create('dropped');
  const worker = { id: 'host:1', pool: 'cpu', build: 'b', project: 'p' };
  await inNew('dropped', (own) => seeWorker(own, worker));
  const temporal = await connectTemporal({ address: settings.temporalAddress, namespace });
  await temporal.workflow.start('waits', { workflowId: 'w', taskQueue: 'perennial-cpu' });
  await expect(dropPreview(settings, 'dropped', false)).rejects.toThrow(/PER_STACK_088.*1 of cpu/);
  expect(await listPreviews(settings)).toContainEqual(like({ name: 'dropped', state: 'whole', workers: 1 }));
  const others = { ...settings, temporalNamespace: 'other' };
  await expect(dropPreview(others, 'dropped', true)).rejects.toMatchObject({ code: 'PER_STACK_089' });
  const dropped = await dropPreview(settings, 'dropped', true);
  expect(dropped).toMatchObject({ namespace: 'deleted', folder, database: like(/_preview_dropped$/) });
  expect(existsSync(folder)).toBe(false);
  expect(await inPreview(urlOf('dropped'), (own) => championOf(own, 'churn'))).toBeNull();
  await expect(dropPreview(settings, 'dropped', false)).rejects.toMatchObject({ code: 'PER_STACK_085' });
  await expect(dropPreview(settings, 'never', true)).rejects.toMatchObject({ code: 'PER_STACK_085' });
  await temporal.connection.close();
  expect(await create('dropped')).toMatchObject({ namespace });
});

test('a drop that was cut half-way is listed as that, cannot be worked in, and is repeated', async () => {
  const { folder } = await create('cut');
  const marker = readMarker(folder);
  if (marker === null) throw new Error('it has no marker');
  writeMarker(folder, { ...marker, state: 'dropping' });
  const home = openDb(database.url, { max: 1 });
  await home.query(`DROP DATABASE "${marker.database}" WITH (FORCE)`);
  await home.end();
  expect(await listPreviews(settings)).toContainEqual(like({ name: 'cut', state: 'dropping', base: null }));
  expect(() => reachableSettings({ preview: 'cut' })).toThrow('PER_STACK_085');
  expect(await dropPreview(settings, 'cut', false)).toMatchObject({ database: null, namespace: 'deleted', folder });
  // Cut before anything but the folder was there.
  mkdirSync(folder);
  expect(await dropPreview(settings, 'cut', false)).toMatchObject({ database: null, namespace: 'none', folder });
});

test.each(['empty', 'with records'])(
  'a database that only has the name of a preview is not dropped: %s',
  async (kind) => {
    const home = openDb(database.url, { max: 1 });
    const name = new URL(urlOf('foreign')).pathname.slice(1);
    await home.query(`CREATE DATABASE "${name}" TEMPLATE ${kind === 'empty' ? 'template0' : 'test_template'}`);
    if (kind !== 'empty') await inNew('foreign', (own) => aRun(own, 'precious'));
    await expect(dropPreview(settings, 'foreign', true)).rejects.toMatchObject({ code: 'PER_STACK_090' });
    expect(await inNew('foreign', async (own) => (await own.query('SELECT 1')).rowCount)).toBe(1);
    await home.query(`DROP DATABASE "${name}" WITH (FORCE)`);
    await home.end();
  },
);

test('a database whose making was cut before it had records is known by its mark, and dropped', async () => {
  const home = openDb(database.url, { max: 1 });
  await createPreviewDatabase(home, database.url, 'begun');
  expect(await dropPreview(settings, 'begun', false)).toMatchObject({ database: like(/_preview_begun$/) });
  await createPreviewDatabase(home, database.url, 'begun');
  await migrate(urlOf('begun'));
  // One that was put to another use by then is somebody's.
  await inNew('begun', (own) => aRun(own, 'precious'));
  await expect(dropPreview(settings, 'begun', false)).rejects.toMatchObject({ code: 'PER_STACK_090' });
  await inNew('begun', (own) => own.query('DELETE FROM runs'));
  expect(await dropPreview(settings, 'begun', false)).toMatchObject({ database: like(/_preview_begun$/) });
  await home.end();
});

test('who may create no database is told the role, the right and how it is given, and nothing is left', async () => {
  const role = `poor_${new URL(database.url).pathname.slice(1)}`;
  await db.query(`CREATE ROLE "${role}" LOGIN PASSWORD 'x' NOCREATEDB`);
  await db.query(`GRANT pg_read_all_data TO "${role}"`);
  const url = new URL(database.url);
  Object.assign(url, { username: role, password: 'x' });
  const poor = create('poor', {}, { ...settings, databaseUrl: url.href });
  await expect(poor).rejects.toThrow(new RegExp(`PER_STACK_091.*'${role}' lacks CREATEDB.*ALTER ROLE`));
  expect((await listPreviews(settings)).map(({ name }) => name)).not.toContain('poor');
  await db.query(`DROP OWNED BY "${role}"`);
  await db.query(`DROP ROLE "${role}"`);
});

function like(what: object | RegExp): unknown {
  return what instanceof RegExp ? expect.stringMatching(what) : expect.objectContaining(what);
}
