// Danger: a back-fill whose workers and server die on the way stops, leaves holes, or does a partition twice. A whole stack
// of the test's own, whose parts are killed while runs are in the middle of a step; its supervisor starts them again.
import { mkdtempSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackfill } from '../../client/backfill';
import { connect, type Connection } from '../../client/connection';
import { findBackfill } from '../../store/backfills/list-backfills';
import { listPartitions } from '../../store/partitions/list-partitions';
import { readStackFile, type PartName } from '../../workers/embedded/stack-file';
import { runs, tidy, up } from '../e2e/stack/launch';
import { days } from './backfill-project/perennial.config';
import { ChaosReport } from './report';
import { eventually } from './surroundings';

jest.setTimeout(400_000);

const report = new ChaosReport('backfill-killed', { seed: null, minimumLanded: 5 });
const state = mkdtempSync(join(tmpdir(), 'perennial-backfill-'));
const DAYS = 60;
/** After so many partitions are done, this part dies. */
const KILLS: readonly (readonly [number, PartName])[] = [
  [3, 'worker-cpu'],
  [12, 'temporal'],
  [22, 'worker-cpu'],
  [34, 'temporal'],
  [46, 'worker-cpu'],
];

let connection: Connection;

beforeAll(async () => {
  const project = join(__dirname, 'backfill-project');
  const { addresses } = await up(state, '--project', project, '--only', 'temporal,postgres,worker-cpu');
  connection = await connect({ address: addresses.temporal, databaseUrl: addresses.postgresUrl });
}, 120_000);

afterAll(async () => {
  await connection.close();
  await tidy(state);
});

const begun = async (): Promise<string[]> =>
  (await readFile(join(state, 'begun'), 'utf8').catch(() => '')).split('\n').filter(Boolean);

async function count(sql: string): Promise<number> {
  const { rows } = await connection.db.query<{ n: number }>(sql);
  return rows[0]?.n ?? 0;
}

/** Kills a part in the middle of a step; true when another process has taken its place. */
async function kill(part: PartName): Promise<boolean> {
  const pid = readStackFile(state)?.processes[part]?.pid ?? 0;
  const committed = `SELECT count(*)::int AS n FROM executions WHERE outcome = 'committed'`;
  await eventually(async () => (await begun()).length > (await count(committed)));
  process.kill(pid, 'SIGKILL');
  await eventually(async () => !runs(pid) && (readStackFile(state)?.processes[part]?.pid ?? pid) !== pid);
  return true;
}

test('60 partitions, with workers and server killed on the way: 60 of 60 are done, each once', async () => {
  const request = { pipeline: 'days', config: { folder: state }, missingOnly: false, maxParallel: 4 };
  const pace = { taken: 25, askEvery: 500 };
  const range = { from: '2026-01-01', to: '2026-03-01' };
  const { id } = await startBackfill(connection, [days], { ...request, ...range, pace });
  if (id === null) throw new Error('there was nothing to do');
  const look = () => findBackfill(connection.db, id);

  for (const [after, part] of KILLS) {
    await eventually(async () => ((await look())?.counts.done ?? 0) >= after, 120_000);
    report.inject()(await kill(part));
  }
  await eventually(async () => (await look())?.status !== 'running', 120_000);

  expect(await look()).toMatchObject({ status: 'completed', counts: { done: DAYS, failed: 0, left: 0 } });
  const { rows: partitions } = await connection.db.query<{ partition: string; runs: number; nodes: number }>(
    `SELECT partition, count(*)::int AS runs,
       (SELECT count(*)::int FROM executions e WHERE e.run_id = ANY (array_agg(r.id)) AND outcome = 'committed') AS nodes
     FROM runs r WHERE status = 'completed' GROUP BY partition ORDER BY partition`,
  );
  expect(partitions).toHaveLength(DAYS);
  for (const one of partitions) {
    report.once(one.runs);
    report.once(one.nodes - 1);
  }
  expect(partitions.filter((one) => one.runs !== 1 || one.nodes !== 2)).toEqual([]);
  const ledger = await listPartitions(
    connection.db,
    'days',
    partitions.map(({ partition }) => partition),
  );
  expect(ledger.filter(({ key, done, nodes }) => done?.run !== `days:${key}` || nodes.length !== 2)).toEqual([]);
  const effects = (await begun()).length;
  report.control('the same effect without a fence', effects > 2 * DAYS);
  expect(effects).toBeGreaterThan(2 * DAYS);
});

test('every fault has landed, nothing was lost or made twice, and the control failed', () => {
  report.close();
});
