// Danger: a refusal nobody can understand, or a decision that differs from what the documents promise about causes,
// candidates, freezes and rollbacks.
import type { Cause } from '../../../core/keep/event';
import { DAY, day, World } from './world';

const drift = (n: number, extra: Partial<Cause> = {}): Cause => ({
  id: `drift-${n}`,
  kind: 'drift',
  version: 1,
  window: { from: day(n - 7), to: day(n) },
  eventTime: day(n),
  evidence: { psi: 0.4 },
  ...extra,
});

function serving(policy: Partial<World['policy']> = {}): World {
  const world = new World({ cooldown: 14 * DAY, budget: null, ...policy });
  world.champion = { version: 1, seq: 1 };
  return world;
}

const cause = (world: World, about: Cause) => {
  world.tell({ type: 'cause', cause: about });
  return last(world);
};
const last = (world: World) => {
  const entry = [...world.records.values()].at(-1);
  if (!entry) throw new Error('nothing was recorded');
  return entry.decision;
};
const inFlight = (world: World) => {
  if (world.state.phase.at === 'idle') throw new Error('nothing is in flight');
  return world.state.phase.retrain;
};
const handOver = (world: World, version: number, type: 'candidate' | 'declined' = 'candidate') => {
  const { decisionId, eventTime } = inFlight(world);
  world.tell({ type, version, decisionId, eventTime, reason: 'log loss 0.48, before 0.51' });
  return last(world);
};

test('an alarm about the champion starts a retrain whose run id is derived from the decision', () => {
  const world = serving();
  const decision = cause(world, drift(7));
  expect(decision).toMatchObject({ action: 'retrain', rule: 'accepted', causeId: 'drift-7', eventTime: day(7) });
  expect(decision.id).toMatch(/^20010108-drift-[0-9a-f]{10}$/);
  expect(world.started).toMatchObject([{ runId: `m-retrain-${decision.id}`, basis: 1 }]);
});

test('a candidate becomes champion, and the promotion closes the retrain', () => {
  const world = serving();
  const { id } = cause(world, drift(7));
  expect(handOver(world, 2)).toMatchObject({ id: `${id}-outcome`, action: 'promote', version: 2, rule: 'rolled-out' });
  expect(world.champion).toEqual({ version: 2, seq: 2 });
  expect(world.state.phase.at).toBe('idle');
});

test('a version that the gate refused is declined with the reason of the gate, and still counts for the cool-down', () => {
  const world = serving();
  cause(world, drift(7));
  expect(handOver(world, 2, 'declined')).toMatchObject({
    action: 'decline',
    rule: 'gate',
    reason: 'log loss 0.48, before 0.51',
  });
  expect(cause(world, drift(14))).toMatchObject({ action: 'refuse', rule: 'cool-down' });
});

test('a failed retrain does not count for the cool-down', () => {
  const world = serving();
  cause(world, drift(7));
  world.tell({
    type: 'run-ended',
    runId: inFlight(world).runId,
    status: 'terminated',
    reason: 'terminated in Temporal',
  });
  expect(last(world)).toMatchObject({ action: 'decline', rule: 'run-failed' });
  expect(cause(world, drift(14)).action).toBe('retrain');
});

test('causes during a retrain are refused and name the run', () => {
  const world = serving();
  cause(world, drift(7));
  const refused = cause(world, drift(14));
  expect(refused).toMatchObject({ action: 'refuse', rule: 'retrain-running' });
  expect(refused.reason).toContain(inFlight(world).runId);
});

test('a cause about a version that no longer serves is stale', () => {
  const world = serving();
  world.champion = { version: 2, seq: 2 };
  expect(cause(world, drift(7))).toMatchObject({
    rule: 'stale-version',
    reason: 'The cause is about version 1, but version 2 serves now.',
  });
});

test('without a champion a person, a schedule or new data may ask for the first version; a monitor may not', () => {
  const world = new World({ cooldown: 14 * DAY, budget: null });
  const bare = { id: 'bare', kind: 'drift', eventTime: day(7), evidence: null } as const;
  expect(cause(world, bare)).toMatchObject({ action: 'refuse', rule: 'no-champion' });
  expect(cause(world, { id: 'p', kind: 'person', eventTime: day(0), evidence: null })).toMatchObject({
    action: 'retrain',
    rule: 'first-version',
  });
  handOver(world, 1, 'declined');
  // No cool-down either: a model that is missing is made.
  expect(cause(world, { id: 'q', kind: 'person', eventTime: day(0), evidence: null }).action).toBe('retrain');
});

test('the budget counts retrains in event time', () => {
  const world = serving({ cooldown: 1, budget: { retrains: 1, period: 30 * DAY } });
  cause(world, drift(7));
  handOver(world, 2, 'declined');
  expect(cause(world, drift(14))).toMatchObject({ action: 'refuse', rule: 'budget' });
  expect(cause(world, drift(70)).action).toBe('retrain');
});

test('a frozen keeper refuses causes and declines the candidate that was under way', () => {
  const world = serving();
  cause(world, drift(7));
  world.tell({ type: 'freeze', id: '1', by: 'ada', eventTime: day(8) });
  expect(cause(world, drift(14))).toMatchObject({ action: 'refuse', rule: 'frozen' });
  expect(handOver(world, 2)).toMatchObject({ action: 'decline', rule: 'frozen', version: 2 });
  world.tell({ type: 'unfreeze', id: '1', by: 'ada', eventTime: day(20) });
  expect(cause(world, drift(35)).action).toBe('retrain');
});

test('a champion changed by hand meanwhile overtakes the candidate', () => {
  const world = serving();
  cause(world, drift(7));
  world.champion = { version: 1, seq: 2 };
  world.tell({ type: 'rolled-back', seq: 2 });
  expect(handOver(world, 2)).toMatchObject({ action: 'decline', rule: 'overtaken', version: 2 });
  expect(world.champion).toEqual({ version: 1, seq: 2 });
});

test('a version that no retrain waits for is declined', () => {
  const world = serving();
  world.tell({ type: 'candidate', version: 9, decisionId: 'nobody', eventTime: day(1), reason: 'good' });
  expect(last(world)).toMatchObject({ action: 'decline', rule: 'unknown-retrain', version: 9 });
  expect(world.champion).toEqual({ version: 1, seq: 1 });
});

test('a decision that a crashed keeper had recorded is taken up, not made again', () => {
  const world = serving();
  cause(world, drift(7));
  const [retrain] = world.started;
  const fresh = new World(world.policy);
  fresh.champion = world.champion;
  for (const [id, entry] of world.records) fresh.records.set(id, entry);
  fresh.tell({ type: 'cause', cause: drift(7) });
  expect(fresh.started).toEqual([retrain]);
  expect(fresh.records.size).toBe(1);
});
