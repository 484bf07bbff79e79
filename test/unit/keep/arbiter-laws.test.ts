// Danger: a keeper that retrains twice for one cause, runs two retrains at once, loses a cause without a word, or grows
// without bound. Each law is held over thousands of made-up histories with repeated, stray and badly timed messages.
import * as fc from 'fast-check';
import { rebuild } from '../../../core/keep/rebuild';
import { MEMORY } from '../../../core/keep/state';
import { day, type Happening, happenings, policies, World } from './world';

function played(policy: World['policy'], list: readonly Happening[], champion: World['champion'] = null): World {
  const world = new World(policy);
  world.champion = champion;
  for (const happening of list) world.play(happening);
  return world;
}

function law(check: (world: World) => void): void {
  const champions = fc.constantFrom(null, { version: 90, seq: 1 });
  fc.assert(
    fc.property(policies, happenings, champions, (policy, list, champion) => {
      check(played(policy, list, champion));
    }),
    { numRuns: 400 },
  );
}

test('every cause leads to exactly one recorded decision', () => {
  law((world) => {
    const answers = [...world.records.values()].flatMap(({ decision }) =>
      decision.causeId === null ? [] : [decision.causeId],
    );
    expect(answers.sort()).toEqual([...world.causes.keys()].sort());
    expect(world.contradictions).toEqual([]);
  });
});

test('a (kind, version, window) is acted upon at most once', () => {
  law((world) => {
    const acted = world.started.flatMap((retrain) => {
      const cause = world.causes.get(retrain.causeId);
      return cause?.window ? [`${cause.kind} ${cause.version} ${cause.window.from} ${cause.window.to}`] : [];
    });
    expect(new Set(acted).size).toBe(acted.length);
  });
});

test('no retrain begins before the one before it is closed, and each is closed once', () => {
  law((world) => {
    let open: string | null = null;
    for (const { decision } of world.records.values()) {
      if (decision.action === 'retrain') {
        expect(open).toBeNull();
        open = decision.id;
      } else if (decision.id === `${open}-outcome`) {
        open = null;
      }
    }
    expect(world.state.phase.at === 'idle').toBe(open === null);
  });
});

test('a version is promoted only for the retrain that made it, on the champion it was begun under', () => {
  law((world) => {
    expect(new Set(world.promotions.map((p) => p.retrain)).size).toBe(world.promotions.length);
    for (const { retrain, version } of world.promotions) {
      expect(world.records.get(retrain)?.decision.action).toBe('promote');
      const about = [...world.records.values()].filter(({ decision }) => decision.version === version);
      expect(about.map(({ decision }) => decision.action)).toEqual(['promote']);
    }
  });
});

test('retrains keep the cool-down and the budget, failed ones aside', () => {
  law((world) => {
    const { cooldown, budget } = world.policy;
    const counted: string[] = [];
    const answered: string[] = [];
    for (const { decision, basis } of world.records.values()) {
      if (decision.action !== 'retrain') continue;
      const last = answered.at(-1);
      if (last !== undefined && basis > 0) {
        expect(Date.parse(decision.eventTime) - Date.parse(last)).toBeGreaterThanOrEqual(Math.max(cooldown, 1));
      }
      counted.push(decision.eventTime);
      if (budget) {
        const since = Date.parse(decision.eventTime) - budget.period;
        expect(counted.filter((t) => Date.parse(t) > since).length).toBeLessThanOrEqual(budget.retrains);
      }
      if (world.records.get(`${decision.id}-outcome`)?.decision.rule !== 'run-failed')
        answered.push(decision.eventTime);
    }
  });
});

test('a window whose action is no longer remembered is not acted upon again', () => {
  const world = new World({ cooldown: 0, budget: null });
  world.champion = { version: 1, seq: 0 };
  const tell = (week: number, source: string): void => {
    const window = { from: day(week * 7), to: day(week * 7 + 7) };
    const cause = {
      id: `${source}-${week}`,
      kind: 'drift',
      version: 1,
      window,
      eventTime: window.to,
      evidence: null,
    } as const;
    world.tell({ type: 'cause', cause });
    if (world.state.phase.at === 'idle') return;
    // A failed retrain lifts the cool-down, so that nothing but the memory of windows stands in the way.
    world.tell({ type: 'run-ended', runId: world.state.phase.retrain.runId, status: 'failed', reason: '' });
  };
  for (let week = 0; week < 3 * MEMORY.acted; week += 1) tell(week, 'first');
  expect(world.started).toHaveLength(3 * MEMORY.acted);
  expect(world.state.acted.length).toBeLessThanOrEqual(MEMORY.acted);
  for (let week = 0; week < 3 * MEMORY.acted; week += 1) tell(week, 'second');
  expect(world.started).toHaveLength(3 * MEMORY.acted);
});

test('the state stays bounded and is JSON', () => {
  law(({ state }) => {
    expect(state.acted.length).toBeLessThanOrEqual(MEMORY.acted);
    expect(state.seen.length).toBeLessThanOrEqual(MEMORY.seen);
    expect(state.spent.length).toBeLessThanOrEqual(MEMORY.spent);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });
});

test('the same events give the same decisions whatever the wall clock says', () => {
  fc.assert(
    fc.property(policies, happenings, fc.date({ noInvalidDate: true }), (policy, list, now) => {
      const first = played(policy, list);
      jest.useFakeTimers({ now });
      try {
        const second = played(policy, list);
        expect([...second.records]).toEqual([...first.records]);
        expect(second.state).toEqual(first.state);
      } finally {
        jest.useRealTimers();
      }
    }),
    { numRuns: 100 },
  );
});

test('a keeper rebuilt from its records goes on as the one that was ended would have', () => {
  fc.assert(
    fc.property(policies, happenings, happenings, (policy, before, after) => {
      const kept = played(policy, before);
      const ended = played(policy, before);
      ended.state = rebuild([...ended.records.values()].filter(({ decision }) => decision.action !== 'refuse'));
      const strip = (state: World['state']) => ({ ...state, seen: [], last: null });
      expect(strip(ended.state)).toEqual(strip(kept.state));
      for (const happening of after) {
        kept.play(happening);
        ended.play(happening);
      }
      expect([...ended.records]).toEqual([...kept.records]);
    }),
    { numRuns: 300 },
  );
});
