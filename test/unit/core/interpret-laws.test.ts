// Danger: a node that runs twice, starts before what it needs, or never; a run that never ends; a replay that decides
// otherwise than the run did. The laws are held against random plans, random orders, failures and cancellations.
import fc from 'fast-check';
import { advance, begin, type Failure } from '../../../core/interpret';
import { readNodes } from '../../../core/expr/reads';
import { allNodes, bodiesOf, isNumbered, readsOf } from '../../../core/nodes';
import type { Json } from '../../../core/plan/json';
import type { Body, Plan } from '../../../core/plan/plan';
import { drive, type Drive, throughJson } from './drive';
import { anyPlan as anyPlanAtAll } from './plans';

const failure: Failure = { type: 'Broken', message: 'broken', fault: 'user', retryable: false };
const config: Json = { n: 1 };

/** Orders, failing addresses and the moment of a cancellation, from one list of numbers. */
const anyRun = fc.record({
  order: fc.array(fc.nat(9_999), { minLength: 1, maxLength: 40 }),
  failing: fc.option(fc.nat(12), { freq: 2 }),
  cancelAfter: fc.option(fc.nat(10), { freq: 1 }),
  rejecting: fc.boolean(),
});
type AnyRun = typeof anyRun extends fc.Arbitrary<infer T> ? T : never;

function how(run: AnyRun): Drive {
  let at = 0;
  return {
    step: (address) =>
      run.failing !== null && address.endsWith(`n${run.failing}`) ? { failure } : { output: { of: address.length } },
    pick: () => run.order[at++ % run.order.length] ?? 0,
    approve: () => !run.rejecting,
    ...(run.cancelAfter === null ? {} : { cancelAfter: run.cancelAfter }),
  };
}

/** Values of nested repetitions may multiply beyond what a node may be handed: those plans fail by that limit, rightly. */
const anyPlan = anyPlanAtAll.filter((plan) => {
  const calm = how({ order: [0], failing: null, cancelAfter: null, rejecting: false });
  return drive(plan, config, calm).end.failure?.type !== 'PER_FLOW_004';
});

/** For each node the ids it must wait for, and the maps around it: read from the plan, not from the interpreter. */
function needsIn(plan: Plan): Map<string, { needs: string[]; maps: string[] }> {
  const found = new Map<string, { needs: string[]; maps: string[] }>();
  const walk = (body: Body, maps: string[]): void => {
    for (const node of body.nodes) {
      found.set(node.id, { needs: [...readsOf(node).flatMap(readNodes), ...node.after], maps });
      for (const inner of bodiesOf(node)) walk(inner.body, isNumbered(node) ? [...maps, node.id] : maps);
    }
  };
  walk(plan.body, []);
  return found;
}

const idOf = (address: string): string => address.slice(address.lastIndexOf('/') + 1);

describe('the interpreter', () => {
  it('starts every node at most once and ends exactly once, whatever the order, failures and cancellations', () => {
    fc.assert(
      fc.property(anyPlan, anyRun, (plan, run) => {
        const { started, commands } = drive(plan, config, how(run));
        expect(new Set(started).size).toBe(started.length);
        expect(commands.filter((c) => c.type === 'end')).toHaveLength(1);
        expect(commands.at(-1)?.type).toBe('end');
      }),
      { numRuns: 150 },
    );
  });

  it('starts a step only after every step that it needs has ended', () => {
    fc.assert(
      fc.property(anyPlan, anyRun, (plan, run) => {
        const needs = needsIn(plan);
        const { trace } = drive(plan, config, how(run));
        const ended = new Set<string>();
        for (const entry of trace) {
          const address = entry.slice(1);
          if (entry.startsWith('-')) ended.add(address);
          else {
            for (const need of needs.get(idOf(address))?.needs ?? []) {
              const isStep = allNodes(plan.body).some((node) => node.id === need && node.kind === 'step');
              const depth = needs.get(need)?.maps.length ?? 0;
              const prefix = address
                .split('/')
                .slice(0, depth)
                .map((part) => `${part}/`)
                .join('');
              if (isStep) expect(ended).toContain(prefix + need);
            }
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('completes with everything run when nothing fails', () => {
    fc.assert(
      fc.property(anyPlan, anyRun, (plan, run) => {
        const { end } = drive(plan, config, how({ ...run, failing: null, cancelAfter: null, rejecting: false }));
        // Conditions compare anything and maps get lists, so nothing else can fail but an expression over a missing part.
        expect(end.status).toBe('completed');
      }),
      { numRuns: 150 },
    );
  });

  it('gives the same value whatever the order in which executions end', () => {
    fc.assert(
      fc.property(anyPlan, anyRun, anyRun, (plan, one, two) => {
        const calm = { failing: null, cancelAfter: null, rejecting: false };
        const first = drive(plan, config, how({ ...one, ...calm }));
        const second = drive(plan, config, how({ ...two, ...calm }));
        expect(second.end).toEqual(first.end);
        expect([...second.started].sort()).toEqual([...first.started].sort());
      }),
      { numRuns: 150 },
    );
  });

  it('tells the records how every node ended that its execution may not have told of', () => {
    fc.assert(
      fc.property(anyPlan, anyRun, (plan, run) => {
        const { commands, trace } = drive(plan, config, how(run));
        const notes = commands.flatMap((c) => (c.type === 'note' ? [c.note] : []));
        const lastOf = (address: string) => notes.filter((n) => n.address === address).at(-1);
        const fails = (address: string) => run.failing !== null && address.endsWith(`n${run.failing}`);
        const completed = (address: string) => trace.includes(`-${address}`) && !fails(address);
        // A completed step was committed with its output: a note would say less, and may come later.
        const steps = commands.flatMap((c) => (c.type === 'run-step' ? [c.address] : []));
        for (const address of steps.filter(completed)) expect(lastOf(address)).toBeUndefined();
        for (const address of steps.filter((step) => !completed(step))) {
          expect(lastOf(address)?.status).toBe(trace.includes(`-${address}`) ? 'failed' : 'cancelled');
          expect(lastOf(address)?.error).toEqual(trace.includes(`-${address}`) ? failure : undefined);
        }
        for (const { id, kind } of plan.body.nodes) {
          const ended = completed(id) ? 'completed' : lastOf(id)?.status;
          expect(ended).toMatch(kind === 'finally' ? /^(completed|failed|skipped)$/ : /^(completed|failed|cancelled)$/);
        }
        for (const { address } of notes) expect(address).not.toContain('#');
      }),
      { numRuns: 150 },
    );
  });

  it('decides the same from a state that went through JSON', () => {
    fc.assert(
      fc.property(anyPlan, anyRun, (plan, run) => {
        const once = drive(plan, config, how(run));
        const again = drive(throughJson(plan), config, { ...how(run), viaJson: true });
        expect(again.commands).toEqual(once.commands);
      }),
      { numRuns: 150 },
    );
  });

  it('decides the same when the state is handed over with each event, as when every state is kept', () => {
    fc.assert(
      fc.property(anyPlan, anyRun, (plan, run) => {
        const kept = drive(plan, config, how(run));
        const handedOver = drive(plan, config, { ...how(run), own: true });
        expect(handedOver.commands).toEqual(kept.commands);
      }),
      { numRuns: 150 },
    );
  });

  it('leaves the state that it was handed as it was, unless it is handed over', () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const { state } = begin(plan, config);
        const before = throughJson(state);
        const first = Object.keys(state.nodes)[0] ?? '';
        advance(plan, state, { type: 'completed', address: first, output: 1 });
        advance(plan, state, { type: 'cancel', reason: 'a test asked' });
        expect(throughJson(state)).toEqual(before);
      }),
      { numRuns: 150 },
    );
  });

  it('starts nothing while it is paused, and ends as it would have ended', () => {
    fc.assert(
      fc.property(anyPlan, anyRun, fc.nat(12), fc.nat(12), (plan, run, after, length) => {
        const calm = { ...run, failing: null, cancelAfter: null, rejecting: false };
        const free = drive(plan, config, how(calm));
        const held = drive(plan, config, { ...how(calm), pause: { after, for: length } });
        expect(held.startedPaused).toEqual([]);
        expect(held.end).toEqual(free.end);
        expect([...held.started].sort()).toEqual([...free.started].sort());
      }),
      { numRuns: 150 },
    );
  });

  it('ends once, and starts nothing twice, whatever is failing or cancelled while it is paused', () => {
    fc.assert(
      fc.property(anyPlan, anyRun, fc.nat(12), fc.nat(12), (plan, run, after, length) => {
        const { started, startedPaused, commands } = drive(plan, config, {
          ...how(run),
          pause: { after, for: length },
        });
        expect(new Set(started).size).toBe(started.length);
        expect(startedPaused).toEqual([]);
        expect(commands.filter((c) => c.type === 'end')).toHaveLength(1);
      }),
      { numRuns: 150 },
    );
  });

  it('ends at once when nobody waits for what runs, and begins nothing after that', () => {
    fc.assert(
      fc.property(anyPlan, anyRun, fc.nat(12), (plan, run, after) => {
        const { commands, commandsUntilThen } = drive(plan, config, {
          ...how(run),
          then: { after, event: { type: 'ended-hard', reason: 'a test asked', final: false } },
        });
        expect(commands.filter((c) => c.type === 'end')).toHaveLength(1);
        expect(commands.at(-1)?.type).toBe('end');
        // A shard may have stopped what stood around a failure before: the first stop is not yet this end.
        const late = commandsUntilThen === null ? [] : commands.slice(commandsUntilThen);
        expect(late.filter((c) => c.type.startsWith('run-'))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('ends once when a person cancels any of its nodes, and starts nothing twice', () => {
    fc.assert(
      fc.property(anyPlan, anyRun, fc.nat(12), fc.nat(30), (plan, run, after, which) => {
        const ids = allNodes(plan.body).map(({ id }) => id);
        const address = ids[which % Math.max(1, ids.length)] ?? 'n0';
        const event = { type: 'node-cancelled', address, by: 'ana', reason: 'a test asked' } as const;
        const { started, commands } = drive(plan, config, { ...how(run), then: { after, event } });
        expect(new Set(started).size).toBe(started.length);
        expect(commands.filter((c) => c.type === 'end')).toHaveLength(1);
      }),
      { numRuns: 150 },
    );
  });

  it('ends once when a person skips any of its steps and waits, and starts nothing twice', () => {
    fc.assert(
      fc.property(anyPlan, anyRun, fc.nat(12), fc.nat(30), (plan, run, after, which) => {
        const nodes = allNodes(plan.body).filter(({ kind }) => kind === 'step' || kind === 'wait');
        const address = nodes[which % Math.max(1, nodes.length)]?.id ?? 'n0';
        const event = { type: 'given', address, output: null } as const;
        const { started, commands } = drive(plan, config, { ...how(run), then: { after, event } });
        expect(new Set(started).size).toBe(started.length);
        expect(commands.filter((c) => c.type === 'end')).toHaveLength(1);
      }),
      { numRuns: 150 },
    );
  });

  it('lets nodes that do not need a failed one finish, when the pipeline says so', () => {
    fc.assert(
      fc.property(anyPlan, anyRun, (plan, run) => {
        const calm = { cancelAfter: null, rejecting: false };
        const free = drive(plan, config, how({ ...run, ...calm, failing: null }));
        const broken = drive({ ...plan, onFailure: 'finish-others' }, config, how({ ...run, ...calm }));
        const failed = broken.started.some((address) => run.failing !== null && address.endsWith(`n${run.failing}`));
        expect(broken.end.status).toBe(failed ? 'failed' : 'completed');
        // Steps at the top that need nothing run in any case.
        const roots = plan.body.nodes.filter(
          (node) => node.kind === 'step' && readsOf(node).flatMap(readNodes).length + node.after.length === 0,
        );
        for (const node of roots) expect(broken.started).toContain(node.id);
        // What final bodies do depends on how the run ended.
        const last = plan.body.nodes.flatMap((node) => (node.kind === 'finally' ? allNodes(node.body) : []));
        const before = broken.started.filter((address) => !last.some(({ id }) => address.split(/\/|\[/)[0] === id));
        for (const address of before) expect(free.started).toContain(address);
      }),
      { numRuns: 150 },
    );
  });
});
