// Danger: a scheduled run of a partition under an id that the ledger and a back-fill do not know it by, or of another day than
// the tick is about: then a partition is done twice, or one is missing after the server was down, or in the night in which
// clocks are put forward.
import { join } from 'node:path';
import { pipelineScheduleId } from '../../../client/schedules/wanted';
import { listExecutions } from '../../../store/executions/list-executions';
import { listPartitions } from '../../../store/partitions/list-partitions';
import { eventually, Surroundings } from '../../chaos/surroundings';
import { perennial } from '../stack/launch';
import { recordHistory } from '../../replay/record';

jest.setTimeout(120_000);

let around: Surroundings;

beforeAll(async () => {
  around = await Surroundings.open('../e2e/backfill/project');
  await around.worker();
});

afterAll(async () => {
  await around.close();
});

const schedule = () => around.client.schedule.getHandle(pipelineScheduleId('scheduled'));

test('the schedule stands as the code says', async () => {
  await eventually(() =>
    schedule()
      .describe()
      .then(
        () => true,
        () => false,
      ),
  );
  const { policies, spec } = await schedule().describe();
  expect(policies).toMatchObject({ overlap: 'BUFFER_ALL', catchupWindow: 6 * 3_600_000 });
  expect(spec).toMatchObject({ timezone: 'Europe/Berlin', jitter: 1_000 });
});

test.each([
  {
    when: 'clocks are put forward over a tick, which does not come',
    start: '2025-03-28T12:00:00Z',
    end: '2025-03-31T12:00:00Z',
    ticks: 2,
    days: ['2025-03-28', '2025-03-29', '2025-03-30'],
  },
  {
    when: 'clocks show the time of a tick twice',
    start: '2025-10-24T12:00:00Z',
    end: '2025-10-27T12:00:00Z',
    ticks: 3,
    days: ['2025-10-24', '2025-10-25', '2025-10-26'],
  },
])(
  'ticks that were missed run each day before them once, under its id, as $when',
  async ({ start, end, ticks, days }) => {
    const missed = { start: new Date(start), end: new Date(end), overlap: 'BUFFER_ALL' as const };
    const doneBy = async () => (await listPartitions(around.db, 'scheduled', days)).map(({ done }) => done?.run);
    const before = await count();
    await schedule().backfill(missed);
    await eventually(async () => (await count()) === before + ticks);
    expect(await doneBy()).toEqual(days.map((day) => `scheduled:${day}`));

    // The same ticks again find nothing to do.
    await schedule().backfill(missed);
    await eventually(async () => (await count()) === before + 2 * ticks);
    for (const day of days) {
      const executions = await listExecutions(around.db, `scheduled:${day}`, { limit: 9 });
      expect(executions.map(({ outcome }) => outcome)).toEqual(['committed']);
    }
  },
);

test('the list of partitions warns of a schedule whose ticks do not come, and of a Temporal that cannot say', async () => {
  await schedule().pause('the lake moves');
  const env = {
    DATABASE_URL: around.database.url,
    TEMPORAL_ADDRESS: process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'],
    TEMPORAL_NAMESPACE: around.namespace,
    PERENNIAL_STATE: join(around.folder, 'state'),
    PERENNIAL_PROJECT: join(__dirname, 'project'),
  };
  const args = ['partitions', 'scheduled', '--from', '2025-03-28', '--to', '2025-03-28', '--json'];
  const heard = await perennial(args, { env }).ended;
  expect([heard.code, heard.out.trim().split('\n').length]).toEqual([0, 1]);
  expect(heard.err).toContain(
    'Warning: The schedule of the pipeline scheduled is paused (the lake moves): no tick comes.',
  );
  // A port of nobody's: the one of discard.
  const deaf = await perennial(args, { env: { ...env, TEMPORAL_ADDRESS: '127.0.0.1:9' } }).ended;
  expect(deaf.code).toBe(0);
  expect(deaf.err).toContain('Temporal does not answer: whether ticks of scheduled were missed is not known.');
  await schedule().unpause();
});

test('what the schedule starts is kept as a history', async () => {
  const [first] = await started();
  if (first === undefined) throw new Error('nothing was started');
  await recordHistory(around.client.workflow.getHandle(first.workflowId, first.runId), 'scheduled-run');
});

/** Ids of what the schedule has started and that has ended, oldest first. */
async function started(): Promise<{ workflowId: string; runId: string }[]> {
  const ids: { workflowId: string; runId: string }[] = [];
  const query = `WorkflowType = 'perennial.scheduled-run' AND ExecutionStatus = 'Completed'`;
  for await (const { workflowId, runId } of around.client.workflow.list({ query })) ids.unshift({ workflowId, runId });
  return ids;
}

const count = async (): Promise<number> => (await started()).length;
