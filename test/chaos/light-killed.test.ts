// Danger: light steps leave no task behind in Temporal until their workflow's task ends. A worker that is killed among
// them runs some of them again: one is recorded twice, its effect with it, or one is lost.
import { listExecutions } from '../../store/executions/list-executions';
import { listNodes } from '../../store/nodes/list-nodes';
import { findRun } from '../../store/runs/find-run';
import { ChaosReport } from './report';
import { eventually, killGroup, Surroundings } from './surroundings';

jest.setTimeout(180_000);

const ITEMS = Array.from({ length: 30 }, (_, item) => item);
/** The worker is killed once so many items are recorded: in the first workflow task, and twice after it was done again. */
const KILLS = [4, 12, 21];
const report = new ChaosReport('light-killed', { seed: null, minimumLanded: KILLS.length });
let around: Surroundings;

beforeAll(async () => {
  around = await Surroundings.open();
  await around.db.query('CREATE TABLE effects (key text NOT NULL, kind text NOT NULL)');
});

afterAll(async () => {
  await around.close();
});

function start(run: string) {
  const args = [{ config: { items: ITEMS }, plan: 'current' }];
  const options = { workflowId: run, taskQueue: 'perennial-cpu', args, workflowTaskTimeout: '2s' };
  return around.client.workflow.start('tick-on', options);
}

/** How often each item's effect happened. */
async function effects(run: string, kind: string): Promise<number[]> {
  const { rows } = await around.db.query<{ key: string }>('SELECT key FROM effects WHERE kind = $1', [kind]);
  return ITEMS.map((item) => rows.filter(({ key }) => key === `${run}/each[${item}]/tick`).length);
}

/** What counts in the end: nodes with their outputs, and how often each was committed. */
async function finalState(run: string): Promise<unknown> {
  const nodes = await listNodes(around.db, run, { limit: 100 });
  const executions = await listExecutions(around.db, run, { limit: 1_000 });
  // Nodes come in the order in which they began, which a kill may change.
  const byAddress = nodes.toSorted((a, b) => a.address.localeCompare(b.address));
  return {
    status: (await findRun(around.db, run))?.status,
    nodes: byAddress.map(({ address, status, output, error }) => ({ address, status, output, error })),
    committed: executions.filter(({ outcome }) => outcome === 'committed').map(({ address }) => address),
    open: executions.filter(({ outcome }) => outcome === null).length,
    effects: await effects(run, 'in the commit'),
  };
}

test('kill -9 amid light steps: each is recorded once, and the run ends as an undisturbed one', async () => {
  let worker = await around.worker();
  expect(await (await start('calm')).result()).toEqual(ITEMS.map((item) => ({ item })));
  const handle = await start('killed');
  for (const recorded of KILLS) {
    await eventually(async () => (await effects('killed', 'in the commit')).filter(Boolean).length >= recorded);
    const hit = report.inject();
    killGroup(worker);
    hit((await findRun(around.db, 'killed'))?.status === 'running');
    worker = await around.worker();
  }
  expect(await handle.result()).toEqual(ITEMS.map((item) => ({ item })));
  expect(await finalState('killed')).toEqual(await finalState('calm'));
  for (const times of await effects('killed', 'in the commit')) report.once(times);
  expect(await effects('killed', 'in the commit')).toEqual(ITEMS.map(() => 1));

  const unfenced = await effects('killed', 'unfenced');
  report.control('the same effects outside of the record', Math.max(...unfenced) > 1);
});

test('every kill has landed, nothing was lost or made twice, and the control failed', () => {
  report.close();
});
