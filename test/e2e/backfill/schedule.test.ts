// Danger: a scheduled run of a partition under an id that the ledger and a back-fill do not know it by, or of another day than
// the tick is about: then a partition is done twice, or one is missing after the server was down.
import { pipelineScheduleId } from '../../../client/ensure-schedules';
import { listExecutions } from '../../../store/executions/list-executions';
import { listPartitions } from '../../../store/partitions/list-partitions';
import { eventually, Surroundings } from '../../chaos/surroundings';
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

const id = pipelineScheduleId('scheduled');
const days = ['2026-03-27', '2026-03-28', '2026-03-29'];

test('each tick runs the day before it, in its zone, once, under the id of the partition; missed ones wait for each other', async () => {
  const schedule = around.client.schedule.getHandle(id);
  await eventually(() =>
    schedule.describe().then(
      () => true,
      () => false,
    ),
  );
  const { policies, spec } = await schedule.describe();
  expect(policies).toMatchObject({ overlap: 'BUFFER_ALL', catchupWindow: 6 * 3_600_000 });
  expect(spec).toMatchObject({ timezone: 'Europe/Berlin', jitter: 1_000 });

  // As after a server that was down for three ticks; at the last of them the clocks had gone forward.
  const missed = { start: new Date('2026-03-27T12:00:00Z'), end: new Date('2026-03-30T12:00:00Z') };
  await schedule.backfill({ ...missed, overlap: 'BUFFER_ALL' });
  const doneBy = async () => (await listPartitions(around.db, 'scheduled', days)).map(({ done }) => done?.run);
  await eventually(async () => !(await doneBy()).includes(undefined));
  expect(await doneBy()).toEqual(days.map((day) => `scheduled:${day}`));

  // The same ticks again find nothing to do.
  const before = await count();
  await schedule.backfill({ ...missed, overlap: 'BUFFER_ALL' });
  await eventually(async () => (await count()) === before + days.length);
  for (const day of days) {
    const executions = await listExecutions(around.db, `scheduled:${day}`, { limit: 9 });
    expect(executions.map(({ outcome }) => outcome)).toEqual(['committed']);
  }
  const [first] = await started();
  if (first === undefined) throw new Error('nothing was started');
  await recordHistory(around.client.workflow.getHandle(first), 'scheduled-run');
});

/** Ids of what the schedule has started and that has ended, oldest first. */
async function started(): Promise<string[]> {
  const ids: string[] = [];
  const query = `WorkflowType = 'perennial.scheduled-run' AND ExecutionStatus = 'Completed'`;
  for await (const { workflowId } of around.client.workflow.list({ query })) ids.unshift(workflowId);
  return ids;
}

const count = async (): Promise<number> => (await started()).length;
