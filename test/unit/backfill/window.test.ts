// Danger: a window that runs more at once than it may, takes a partition twice, stands still with partitions left, or ends
// while one runs. And a decision about a partition that does good work again.
import fc from 'fast-check';
import { afterEnds, afterTaking, type BackfillState, INITIAL_BACKFILL, stepOf } from '../../../core/backfill/window';
import { workOf } from '../../../core/backfill/work-of';
import type { PartitionFacts } from '../../../core/partitions/state';

/** Plays a back-fill against records that keep some partitions, in an order that is drawn. */
function play(
  partitions: readonly { kept: boolean; endsAs: 'done' | 'anew' }[],
  maxParallel: number,
  draw: () => number,
) {
  let state: BackfillState = INITIAL_BACKFILL;
  const waiting = partitions.map((_, i) => i);
  const taken: number[] = [];
  let most = 0;
  for (let turns = 0; turns < 10_000; turns += 1) {
    const step = stepOf(state, maxParallel);
    if (step.do === 'close') return { state, taken, most, left: waiting.length };
    if (step.do === 'take') {
      const work: number[] = [];
      while (waiting.length > 0 && work.length < step.count) {
        const next = waiting.shift() ?? 0;
        if (partitions[next]?.kept !== true) work.push(next);
      }
      taken.push(...work);
      const open = work.map((i) => ({ partition: `${i}`, run: `p:${i}` }));
      state = afterTaking(state, { work: open, more: waiting.length > 0 });
      most = Math.max(most, state.open.length);
    } else {
      const one = state.open[draw() % state.open.length];
      const index = Number(one?.partition);
      const anew = partitions[index]?.endsAs === 'anew' && taken.filter((i) => i === index).length === 1;
      if (anew) waiting.unshift(index);
      state = afterEnds(state, { ended: [one?.partition ?? ''], more: anew });
    }
  }
  throw new Error('it never ended');
}

const anyPartitions = fc.array(fc.record({ kept: fc.boolean(), endsAs: fc.constantFrom('done', 'anew') }), {
  maxLength: 60,
});

test('a window takes every partition that is not kept, as often as it is due, and never too many at once', () => {
  fc.assert(
    fc.property(
      anyPartitions,
      fc.integer({ min: 1, max: 8 }),
      fc.infiniteStream(fc.nat()),
      (all, maxParallel, draws) => {
        const { taken, most, left, state } = play(all, maxParallel, () => Number(draws.next().value));
        const due = all.flatMap(({ kept, endsAs }, i) => (kept ? [] : endsAs === 'anew' ? [i, i] : [i]));
        expect([...taken].sort((a, b) => a - b)).toEqual(due);
        expect(most).toBeLessThanOrEqual(maxParallel);
        expect({ left, open: state.open }).toEqual({ left: 0, open: [] });
      },
    ),
    { numRuns: 300, seed: 7 },
  );
});

test('what it is handed twice it has once, and once cancelled it takes nothing more', () => {
  const open = { partition: 'a', run: 'p:a' };
  const once = afterTaking(INITIAL_BACKFILL, { work: [open], more: true });
  const twice = afterTaking(once, { work: [open], more: true });
  expect(twice.open).toEqual([open]);
  expect(stepOf({ ...twice, cancelled: true }, 4)).toEqual({ do: 'wait' });
  expect(stepOf({ ...afterEnds(twice, { ended: ['a'], more: false }), cancelled: true }, 4)).toEqual({ do: 'close' });
});

describe('a partition', () => {
  const facts = (more: Partial<PartitionFacts>): PartitionFacts => ({
    key: 'k',
    done: null,
    last: null,
    runs: 0,
    nodes: [],
    ...more,
  });
  const done = (plan: string) => ({ run: 'p:k', plan, build: 'b', at: '2026-01-01T00:00:00.000Z' });
  const ran = (status: 'running' | 'failed' | 'completed', run = 'p:k') => ({ run, status, reason: null });
  const decide = (given: Partial<PartitionFacts>, missingOnly = false) =>
    workOf(facts(given), { pipeline: 'p', plan: 'now', missingOnly });

  it('that is missing gets its first run, and one that failed another that takes over', () => {
    expect(decide({})).toEqual({ do: 'start', run: 'p:k', parent: null });
    expect(decide({ last: ran('failed'), runs: 1 })).toEqual({ do: 'start', run: 'p:k:2', parent: 'p:k' });
  });

  it('that is done by the plan of now is kept, also after a later run of it failed', () => {
    expect(decide({ done: done('now'), last: ran('completed'), runs: 1 })).toEqual({ do: 'keep', run: 'p:k' });
    expect(decide({ done: done('now'), last: ran('failed', 'r'), runs: 2 })).toEqual({ do: 'keep', run: 'p:k' });
  });

  it('that another plan did is run again, unless only what is missing is wanted', () => {
    const stale = { done: done('then'), last: ran('completed'), runs: 1 };
    expect(decide(stale)).toEqual({ do: 'start', run: 'p:k:2', parent: 'p:k' });
    expect(decide(stale, true)).toEqual({ do: 'keep', run: 'p:k' });
  });

  it('that a run works on is waited for, whoever started that', () => {
    expect(decide({ last: ran('running', 'by-hand'), runs: 1 })).toEqual({ do: 'attach', run: 'by-hand' });
    expect(decide({ done: done('now'), last: ran('running', 'r') })).toEqual({ do: 'attach', run: 'r' });
  });
});
