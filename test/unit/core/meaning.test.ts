// Danger: an interpreter that keeps its own laws and does something else than the plan says: an item too early, a failure
// that reaches too far or not far enough, an output of another node, a final body for the wrong end. Random plans in random
// worlds (failures, retries, time-outs, rejections, cancellations, a worker that starts anew between events) are run by
// the test kit and held against model.ts, which works the same out without events, in virtual time. So are plans that call
// another one.
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { advance } from '../../../core/interpret';
import { allNodes } from '../../../core/nodes';
import type { Plan } from '../../../core/plan/plan';
import { anyRichPlan, BEGIN, everywhere, withCalls } from './plans';
import { anyWorld, type Mutant, whatDiffers } from './worlds';

/** Seeds that failed once. A law that breaks names its seed: it belongs there from then on. */
const kept = readFileSync(join(__dirname, 'seeds.txt'), 'utf8')
  .split('\n')
  .flatMap((line) => (/^\d+/.test(line) ? [Number.parseInt(line, 10)] : []));

/** A thousand in `npm test`, ten thousand in `npm run test:full -- core/meaning`: always the same ones. */
const SEEDS = process.env['PERENNIAL_TEST_FULL'] === undefined ? 1_000 : 10_000;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

const NONE: Mutant = {};

/** Which steps are calls, by bits. Drawn last: without it a seed gives the plan and the world that it always gave. */
const anyCalls = fc.noBias(fc.nat(0xffff));
const calling = (bits: number) => (id: string) => ((bits >> (Number(id.slice(1)) % 16)) & 1) === 1;

/** The first seed whose run is not what its plan means, and how. */
async function firstBroken(seeds: readonly number[], mutant: Mutant = NONE, calls = false): Promise<string | null> {
  const law = fc.asyncProperty(fc.noBias(anyRichPlan), fc.noBias(anyWorld), anyCalls, async (drawn, world, bits) => {
    const plan = calls ? withCalls(drawn, calling(bits)) : drawn;
    const differences = await whatDiffers(plan, world, mutant);
    if (differences.length > 0) throw new Error(differences.join('\n'));
  });
  for (const seed of seeds) {
    const { failed, counterexample, errorInstance } = await fc.check(law, {
      seed,
      numRuns: 1,
      // What was planted need not be made small.
      endOnFailure: mutant !== NONE,
    });
    if (failed) return `seed ${seed}: ${JSON.stringify(counterexample)}\n${String(errorInstance)}`;
  }
  return null;
}

jest.setTimeout(600_000);

test('seeds that failed once do so no more', async () => {
  expect(await firstBroken(kept)).toBeNull();
});

test(`runs of ${SEEDS} random plans are what the plans mean`, async () => {
  expect(await firstBroken(upTo(SEEDS))).toBeNull();
});

test(`so they are when some of their steps are calls`, async () => {
  expect(await firstBroken(upTo(SEEDS), NONE, true)).toBeNull();
});

const mutants: readonly (readonly [what: string, mutant: Mutant])[] = [
  [
    'ignores maxParallel',
    { plan: (plan) => everywhere(plan, (node) => (node.kind === 'map' ? { ...node, maxParallel: null } : node)) },
  ],
  ['forgets what a node comes after', { plan: (plan) => everywhere(plan, (node) => ({ ...node, after: [] })) }],
  [
    'tolerates one failure more',
    {
      plan: (plan) =>
        everywhere(plan, (node) =>
          node.kind === 'map' && typeof node.tolerate === 'number' ? { ...node, tolerate: node.tolerate + 1 } : node,
        ),
    },
  ],
  ['lets others finish always', { plan: (plan) => ({ ...plan, onFailure: 'finish-others' }) }],
  [
    'runs final bodies for a failure in any case',
    { plan: (plan) => everywhere(plan, (node) => (node.kind === 'finally' ? { ...node, when: 'always' } : node)) },
  ],
  [
    'repeats once too often',
    { plan: (plan) => everywhere(plan, (node) => (node.kind === 'until' ? { ...node, max: node.max + 1 } : node)) },
  ],
  [
    'takes the else of a switch for its first arm',
    {
      plan: (plan) =>
        everywhere(plan, (node) =>
          node.kind === 'switch' && node.else
            ? {
                ...node,
                cases: node.cases.map((each, i) => (i === 0 ? { ...each, body: node.else ?? each.body } : each)),
              }
            : node,
        ),
    },
  ],
  [
    'wakes a little late',
    {
      plan: (plan) =>
        everywhere(plan, (node) => {
          if (node.kind !== 'wait' || !('for' in node.time) || node.time.for.op !== 'literal') return node;
          return { ...node, time: { for: { op: 'literal', value: Number(node.time.for.value) + 1 } } };
        }),
    },
  ],
  [
    'does not wait for a moment',
    {
      plan: (plan) =>
        everywhere(plan, (node) =>
          node.kind === 'wait' && 'until' in node.time
            ? { ...node, time: { until: { op: 'literal', value: BEGIN } } }
            : node,
        ),
    },
  ],
  [
    'does not hear of a cancellation',
    {
      advance: (plan, state, event) =>
        event.type === 'cancel' ? { state, commands: [] } : advance(plan, state, event),
    },
  ],
  [
    'takes every answer for a yes',
    {
      advance: (plan, state, event) =>
        advance(
          plan,
          state,
          event.type === 'answered' ? { ...event, answer: { ...event.answer, approved: true } } : event,
        ),
    },
  ],
];

test.each(mutants)('an interpreter that %s is found out', async (_what, mutant) => {
  expect(await firstBroken(upTo(1_000), mutant)).toMatch(/^seed \d+/);
});

const isCall = (plan: Plan, address: string): boolean => {
  const id = address.slice(address.lastIndexOf('/') + 1);
  return allNodes(plan.body).some((node) => node.kind === 'call' && node.id === id);
};

const mutantsOfCalls: typeof mutants = [
  [
    'hands a call another config',
    {
      plan: (plan) =>
        everywhere(plan, (node) =>
          node.kind === 'call'
            ? { ...node, config: { op: 'object', fields: { n: { op: 'literal', value: 'other' } } } }
            : node,
        ),
    },
  ],
  [
    'takes the failure of a call for an end',
    {
      advance: (plan, state, event) =>
        event.type === 'failed' && isCall(plan, event.address)
          ? advance(plan, state, { type: 'completed', address: event.address, output: null })
          : advance(plan, state, event),
    },
  ],
];

test.each(mutantsOfCalls)('an interpreter that %s is found out', async (_what, mutant) => {
  expect(await firstBroken(upTo(1_000), mutant, true)).toMatch(/^seed \d+/);
});

test('events that are told twice change nothing', async () => {
  const twice: typeof advance = (plan, state, event) => {
    const once = advance(plan, state, event);
    const again = advance(plan, once.state, event);
    expect(again.commands).toEqual([]);
    return { state: again.state, commands: once.commands };
  };
  expect(await firstBroken(upTo(100), { advance: twice })).toBeNull();
});
