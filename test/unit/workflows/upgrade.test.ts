// Danger: a keeper or a back-fill that somebody keeps on an older build (an override is handed on from history to history) continues
// as new at once for ever; or a back-fill that only waits never does, and its history grows until Temporal ends it.
import type * as sdk from '@temporalio/workflow';
import { backfill } from '../../../workflows/backfill';
import { buildChangedSignal, goOn, watchBuilds } from '../../../workflows/upgrade';

/** What the SDK says of the history, and what workflows tell it. */
const mockInfo = { targetWorkerDeploymentVersionChanged: false, continueAsNewSuggested: false };
const mockHandlers = new Map<unknown, () => void>();
const mockContinued: { readonly options: unknown; readonly args: readonly unknown[] }[] = [];
const mockActivities: Record<string, jest.Mock> = {};
const mockWaits = jest.fn<undefined, []>();

class mockContinuing extends Error {}

jest.mock('@temporalio/workflow', () => ({
  ...jest.requireActual<typeof sdk>('@temporalio/workflow'),
  workflowInfo: () => mockInfo,
  setHandler: (signal: unknown, handler: () => void) => mockHandlers.set(signal, handler),
  makeContinueAsNewFunc:
    (options: unknown) =>
    (...args: unknown[]) => {
      mockContinued.push({ options, args });
      return Promise.reject(new mockContinuing());
    },
  proxyLocalActivities: () => new Proxy({}, { get: (_all, name) => mockActivities[String(name)] }),
  CancellationScope: {
    current: () => ({ cancelRequested: new Promise(() => undefined) }),
    nonCancellable: (work: () => unknown) => work(),
  },
  startChild: () => Promise.resolve({ result: () => new Promise(() => undefined) }),
  condition: () => Promise.resolve(mockWaits()),
  setCurrentDetails: () => undefined,
}));

beforeEach(() => {
  Object.assign(mockInfo, { targetWorkerDeploymentVersionChanged: false, continueAsNewSuggested: false });
  mockHandlers.clear();
  mockContinued.length = 0;
  mockWaits.mockReset();
});

describe('a history that goes on', () => {
  test('continues as new when another build has become current since it began, and not before', () => {
    const isOutdated = watchBuilds();
    expect(isOutdated()).toBe(false);
    mockInfo.targetWorkerDeploymentVersionChanged = true;
    expect(isOutdated()).toBe(true);
  });

  test('that begins outdated stays, however often it is asked, until it is told', () => {
    mockInfo.targetWorkerDeploymentVersionChanged = true;
    const isOutdated = watchBuilds();
    expect([isOutdated(), isOutdated()]).toEqual([false, false]);
    mockHandlers.get(buildChangedSignal)?.();
    expect(isOutdated()).toBe(true);
  });

  test('takes the current build along only where it has changed', async () => {
    await expect(goOn({ of: 'now' })).rejects.toThrow(mockContinuing);
    mockInfo.targetWorkerDeploymentVersionChanged = true;
    await expect(goOn({ of: 'now' })).rejects.toThrow(mockContinuing);
    expect(mockContinued.map(({ options }) => options)).toEqual([{}, { initialVersioningBehavior: 'AUTO_UPGRADE' }]);
  });
});

describe('a back-fill', () => {
  const open = [{ partition: 'a', run: 'fill:a' }];
  beforeEach(() => {
    Object.assign(mockActivities, {
      'perennial.backfill-facts': jest.fn(() => Promise.resolve({ pipeline: 'fill', maxParallel: 1 })),
      'perennial.backfill-take': jest.fn(() =>
        Promise.resolve({ work: [{ ...open[0], input: { config: {}, plan: 'current' } }], more: true }),
      ),
      'perennial.backfill-look': jest.fn(() => Promise.resolve({ ended: [], more: false, unknown: [] })),
      'perennial.backfill-close': jest.fn(() => Promise.resolve({ done: 1 })),
    });
  });

  test('that waits for a run continues as new when its history is long, with what it has in hand', async () => {
    mockWaits.mockImplementation(() => {
      const times = mockWaits.mock.calls.length;
      if (times > 10) throw new Error('it only waits');
      mockInfo.continueAsNewSuggested = times >= 3;
      return undefined;
    });
    await expect(backfill({ backfill: 'f' })).rejects.toThrow(mockContinuing);
    expect(mockWaits).toHaveBeenCalledTimes(3);
    const state = { open, more: true, cancelled: false, taken: 1 };
    expect(mockContinued).toEqual([{ options: {}, args: [{ backfill: 'f', state }] }]);
    expect(mockActivities['perennial.backfill-take']).toHaveBeenCalledTimes(1);

    // The next history takes nothing twice, and ends with what it was handed.
    mockWaits.mockReset();
    mockInfo.continueAsNewSuggested = false;
    mockActivities['perennial.backfill-look']?.mockResolvedValue({ ended: ['a'], more: false, unknown: [] });
    mockActivities['perennial.backfill-take']?.mockResolvedValue({ work: [], more: false });
    expect(await backfill({ backfill: 'f', state })).toEqual({ done: 1 });
    expect(mockContinued).toHaveLength(1);
  });

  test('that is kept on an older build takes its partitions there, and does not continue as new for ever', async () => {
    mockInfo.targetWorkerDeploymentVersionChanged = true;
    mockActivities['perennial.backfill-take']?.mockResolvedValue({ work: [], more: false });
    expect(await backfill({ backfill: 'f' })).toEqual({ done: 1 });
    expect(mockContinued).toEqual([]);
  });
});
