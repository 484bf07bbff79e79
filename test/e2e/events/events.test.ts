// Danger: a run needs more history events than the workflow that one would write by hand: a long pipeline then comes to the
// history's limit earlier, and nobody notices before. Counted on a real server, beside the benchmark's hand-written workflow.
import { randomUUID } from 'node:crypto';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import * as activities from '../../../bench/overhead/peer-activities';
import { Surroundings } from '../../chaos/surroundings';
import { bundleWorkflows } from '../../workflows/bundle-workflows';

jest.setTimeout(120_000);

/** What a run may need on top, however long it is, its workflow tasks included. */
const MORE_A_RUN = 12;
/** What it does need, but for those: its plan, the begin and the end of its record, and what Temporal finds it by. */
const ALWAYS = 4;
const BY_HAND = 'by-hand';
const nothing = (): void => undefined;
const quiet = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

let around: Surroundings;
let native: NativeConnection;
let worker: Worker;
let running: Promise<void>;

beforeAll(async () => {
  around = await Surroundings.open('../e2e/events/project');
  const [code] = await Promise.all([
    bundleWorkflows('bench/overhead/peer-workflows.ts'),
    around.worker('gpu'),
    around.worker(),
  ]);
  Runtime.install({
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
    logger: quiet,
  });
  native = await NativeConnection.connect({ address: process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'] ?? '' });
  const { namespace } = around;
  worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue: BY_HAND,
    workflowBundle: { code },
    activities,
  });
  running = worker.run();
});

afterAll(async () => {
  worker.shutdown();
  await running;
  await native.close();
  await around.close();
});

/** Events of one workflow. */
interface Count {
  readonly all: number;
  /** Those of its workflow tasks: a slow machine may need one more of them. */
  readonly tasks: number;
}

async function countOf(type: string, taskQueue: string, argument: unknown): Promise<Count> {
  const handle = await around.client.workflow.start(type, { workflowId: randomUUID(), taskQueue, args: [argument] });
  await handle.result();
  const { events } = await handle.fetchHistory();
  const isOfTask = (event: object): boolean =>
    Object.entries(event).some(([name, value]) => /^workflowTask\w+EventAttributes$/.test(name) && value !== null);
  const all = events ?? [];
  return { all: all.length, tasks: all.filter(isOfTask).length };
}

/** Counts of a chain of 5 and of one of 25. Their inputs differ, so none is in the cache. */
async function ofSteps(step: string): Promise<[Count, Count]> {
  const of = (length: number): Promise<Count> =>
    countOf(`${step}-${length}`, 'perennial-cpu', { config: { n: length * 100 }, plan: 'current' });
  return Promise.all([of(5), of(25)]);
}

async function byHand(type: string): Promise<[Count, Count]> {
  return Promise.all([countOf(type, BY_HAND, 5), countOf(type, BY_HAND, 25)]);
}

/** Events but for those of workflow tasks: as many each time. */
const counted = ({ all, tasks }: Count): number => all - tasks;

/** What each of the 20 further nodes adds to them. */
const aNode = ([short, long]: [Count, Count]): number => (counted(long) - counted(short)) / 20;

describe('history events of a chain, beside those of the same one by hand', () => {
  it.each([
    { step: 'near', hand: 'chain', more: 0 },
    { step: 'light', hand: 'lightChain', more: 0 },
    { step: 'far', hand: 'chain', more: 0 },
    // The look-up in the cache before it is handed out.
    { step: 'far-cached', hand: 'chain', more: 1 },
  ])(
    '$step: $more more a node, and 4 more a run, at most 12 with those of workflow tasks',
    async ({ step, hand, more }) => {
      const [ours, theirs] = await Promise.all([ofSteps(step), byHand(hand)]);
      expect(aNode(ours) - aNode(theirs)).toBe(more);
      const [short, long] = [counted(ours[0]) - counted(theirs[0]), counted(ours[1]) - counted(theirs[1])];
      expect([short - more * 5, long - more * 25]).toEqual([ALWAYS, ALWAYS]);
      for (const [at, length] of [5, 25].entries()) {
        expect(ours[at]?.all).toBeLessThanOrEqual((theirs[at]?.all ?? 0) + more * length + MORE_A_RUN);
      }
    },
  );
});
