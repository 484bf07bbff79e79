// Danger: a definition that is wrong and is taken all the same, to fail at night in a run; or one whose plan changes
// when it should not, or does not when it should.
import { z } from 'zod';
import {
  command,
  cron,
  defineConfig,
  implement,
  implementationsIn,
  model,
  pipeline,
  planHash,
  step,
  type StepContract,
} from '../../../core';
import { flightDelays } from '../../../pipelines/flight-delays/pipeline';
import { churn, deploy, extract, gpuSteps, train, trainChurn } from '../../types/churn';
import { codeOf } from './code-of';

const io = { input: z.object({ n: z.number() }), output: z.object({ n: z.number() }) };

describe('step', () => {
  it('is frozen data with durations in ms and defaults filled in', () => {
    expect(Object.isFrozen(train)).toBe(true);
    expect(train).toMatchObject({
      kind: 'step',
      name: 'train',
      pool: 'gpu',
      timeout: 7_200_000,
      heartbeat: 30_000,
      cache: true,
    });
    expect(train.retry).toEqual({
      attempts: 3,
      firstDelay: 60_000,
      factor: 2,
      maxDelay: 60_000,
      never: ['BadDataset'],
    });
    expect(step('quick', { ...io, light: true })).toMatchObject({ pool: 'cpu', timeout: 10_000, heartbeat: null });
  });

  it.each<[string, () => unknown, string]>([
    ['an upper-case name', () => step('Train', io), 'PER_DEF_001'],
    ['the name of an engine workflow', () => step('perennial.keeper', io), 'PER_DEF_001'],
    ['an endless name', () => step('a'.repeat(101), io), 'PER_DEF_001'],
    ['a time of nothing', () => step('s', { ...io, timeout: 0 }), 'PER_DEF_002'],
    ['half a millisecond', () => step('s', { ...io, timeout: '0.5ms' }), 'PER_DEF_002'],
    ['no attempts', () => step('s', { ...io, retry: { attempts: 0 } }), 'PER_DEF_002'],
    ['waits that shrink', () => step('s', { ...io, retry: { factor: 0.5 } }), 'PER_DEF_002'],
    ['a light step elsewhere', () => step('s', { ...io, light: true, pool: 'gpu' }), 'PER_DEF_003'],
    ['a light step that is long', () => step('s', { ...io, light: true, timeout: '11s' }), 'PER_DEF_003'],
    ['a light step in a process of its own', () => step('s', { ...io, light: true, isolate: true }), 'PER_DEF_003'],
  ])('refuses %s', (_, work, code) => {
    expect(codeOf(work)).toBe(code);
  });
});

describe('command', () => {
  const work = step('work', io);

  it('is frozen data with everything filled in, and takes the place of a function', () => {
    const fit = command({ program: 'python3', arguments: ['fit.py', ''] });
    expect(fit).toEqual({
      kind: 'command',
      program: 'python3',
      arguments: ['fit.py', ''],
      cwd: '.',
      environment: {},
      files: [],
    });
    expect([fit, fit.arguments, fit.environment].every((part) => Object.isFrozen(part))).toBe(true);
    expect(implement({ work }, { work: fit }).handlers['work']).toBe(fit);
  });

  it.each<[string, () => unknown, string]>([
    ['no program', () => command({ program: '' }), 'PER_DEF_031'],
    ['an argument that ends early', () => command({ program: 'p', arguments: ['a\0b'] }), 'PER_DEF_031'],
    ['a nameless file', () => command({ program: 'p', files: [''] }), 'PER_DEF_031'],
    ['a value that ends early', () => command({ program: 'p', environment: { A: '\0' } }), 'PER_DEF_031'],
    ['a variable that is none', () => command({ program: 'p', environment: { 'A=B': 'c' } }), 'PER_DEF_031'],
    ["the database's address", () => command({ program: 'p', environment: { DATABASE_URL: 'd' } }), 'PER_DEF_031'],
    ["the engine's own", () => command({ program: 'p', environment: { PERENNIAL_INPUT: 'x' } }), 'PER_DEF_031'],
    [
      'a light step',
      () => implement({ quick: step('q', { ...io, light: true }) }, { quick: command({ program: 'p' }) }),
      'PER_DEF_030',
    ],
  ])('refuses %s', (_, make, code) => {
    expect(codeOf(make)).toBe(code);
  });
});

describe('pipeline', () => {
  const s = step('s', io);
  const twin = step('s', { ...io, timeout: '1m' });
  const config = z.object({ n: z.number(), on: z.boolean(), list: z.array(z.number()) });

  it('is traced once, to a plan that is data and survives JSON', () => {
    const { plan } = trainChurn;
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(plan.body.nodes.map(({ id, kind }) => `${kind} ${id}`)).toEqual([
      'step extract',
      'map per-seed',
      'step pick-best',
      'branch quality-gate',
    ]);
    expect(Object.keys(plan.steps)).toEqual(['deploy', 'extract', 'pick-best', 'train']);
  });

  it('waits for an approval that stands in `after`', () => {
    const gate = trainChurn.plan.body.nodes[3];
    expect(gate).toMatchObject({
      then: {
        nodes: [
          { id: 'release', kind: 'approval' },
          { id: 'deploy', after: ['release'] },
        ],
      },
    });
  });

  it('has the same hash when it is defined again, and another when anything about it changes', () => {
    const define = (contract: StepContract<typeof io.input, typeof io.output>, days: number) =>
      pipeline('p', {
        config,
        graph: (g, c) => g.run(contract, { n: days }, { after: g.run(contract, { n: c.n }, { id: 'first' }) }),
      });
    const hash = planHash(define(s, 1).plan);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(planHash(define(step('s', io), 1).plan)).toBe(hash);
    expect(planHash(define(s, 2).plan)).not.toBe(hash);
    expect(planHash(define(twin, 1).plan)).not.toBe(hash);
    const narrower = step('s', { ...io, input: z.object({ n: z.number().min(1) }) });
    expect(planHash(define(narrower, 1).plan)).not.toBe(hash);
  });

  it('traces the default pipeline', () => {
    expect(flightDelays.plan.body.nodes).toHaveLength(12);
  });

  it.each<[string, () => unknown, string, string]>([
    [
      'a node used twice',
      () => pipeline('p', { config, graph: (g) => [g.run(s, { n: 1 }), g.run(s, { n: 2 })] }),
      'PER_DEF_009',
      'called s',
    ],
    [
      'two contracts of one name',
      () => pipeline('p', { config, graph: (g) => [g.run(s, { n: 1 }), g.run(twin, { n: 2 }, { id: 't' })] }),
      'PER_DEF_009',
      'called s',
    ],
    [
      'a value that leaks out of an arm',
      () =>
        pipeline('p', {
          config,
          graph(g, c) {
            let leaked = null;
            g.branch('gate', c.on, { then: () => (leaked = g.run(s, { n: 1 })) });
            return { leaked };
          },
        }),
      'PER_DEF_010',
      "reads 's'",
    ],
    [
      'an item that leaks out of its map',
      () =>
        pipeline('p', {
          config,
          graph(g, c) {
            const seen: unknown[] = [];
            g.map('each', c.list, (item) => seen.push(item));
            return { seen };
          },
        }),
      'PER_DEF_010',
      'item of each',
    ],
    [
      'an approval that nobody may answer',
      () => pipeline('p', { config, graph: (g) => g.approval('ok', { by: [] }) }),
      'PER_DEF_012',
      'ok',
    ],
    [
      'an approval that nobody is to answer by the name of nobody',
      () => pipeline('p', { config, graph: (g) => g.approval('ok', { by: ['ana', 'time-out'] }) }),
      'PER_DEF_012',
      "'time-out' stands for nobody",
    ],
    [
      'too many nodes',
      () =>
        pipeline('p', {
          config,
          graph: (g, c) => Array.from({ length: 501 }, (_, i) => g.run(s, { n: c.n }, { id: `s${i}` })),
        }),
      'PER_DEF_011',
      '501 nodes',
    ],
    [
      'a plan too long to travel to its shards',
      () => pipeline('p', { config, graph: (g, c) => g.run(s, { n: c.n, ...{ note: 'x'.repeat(524_288) } }) }),
      'PER_DEF_011',
      '524288 at most',
    ],
    ['a date in an input', () => pipeline('p', { config, graph: () => new Date(0) }), 'PER_DEF_016', 'a Date'],
    [
      'a schema without JSON',
      () => pipeline('p', { config: z.object({ at: z.date() }), graph: () => null }),
      'PER_DEF_017',
      'config',
    ],
    [
      'a limit of nothing',
      () => pipeline('p', { config, graph: (g, c) => g.map('m', c.list, (x) => x, { maxParallel: 0 }) }),
      'PER_DEF_024',
      'm',
    ],
  ])('refuses %s, naming it', (_, work, code, named) => {
    expect(codeOf(work)).toBe(code);
    expect(work).toThrow(named);
  });

  it('refuses a builder that is used after tracing', () => {
    let late: () => unknown = () => null;
    pipeline('p', {
      config,
      graph(g) {
        late = () => g.run(s, { n: 1 });
        return null;
      },
    });
    expect(codeOf(late)).toBe('PER_DEF_005');
  });
});

describe('model, cron, implement and defineConfig', () => {
  const rest = {
    retrain: trainChurn,
    schedule: cron('0 2 * * *'),
    policy: { cooldown: '1d' },
    serving: churn.serving,
  } as const;
  const good = { table: 'events', seeds: [1] };

  it('gives durations in ms and defaults', () => {
    expect(churn).toMatchObject({
      kind: 'model',
      rollout: ['full'],
      clock: 'wall',
      policy: { cooldown: 86_400_000, budget: null },
    });
  });

  it.each<[string, () => unknown, string]>([
    [
      'a config its pipeline refuses',
      () => model('m', { ...rest, monitors: [], config: { ...good, seeds: [] } }),
      'PER_DEF_008',
    ],
    [
      'a config with a key that its pipeline does not have',
      () => {
        // A variable, since the compiler refuses the literal.
        const misspelt = { ...good, tabel: 'events' };
        return model('m', { ...rest, monitors: [], config: misspelt });
      },
      'PER_DEF_008',
    ],
    [
      'two monitors of one name',
      () =>
        model('m', {
          ...rest,
          config: good,
          monitors: [
            { kind: 'drift', name: 'a' },
            { kind: 'drift', name: 'a' },
          ],
        }),
      'PER_DEF_009',
    ],
    ['a schedule of six fields', () => cron('0 0 2 * * *'), 'PER_DEF_007'],
    ['a schedule in words', () => cron('every night'), 'PER_DEF_007'],
  ])('refuses %s', (_, work, code) => {
    expect(codeOf(work)).toBe(code);
  });

  it('finds the implementations of a module, and refuses what does not match', () => {
    expect(implementationsIn({ gpuSteps, again: gpuSteps, train, other: 1 })).toEqual([gpuSteps]);
    // @ts-expect-error a handler is missing
    expect(codeOf(() => implement({ deploy, extract }, { deploy: () => ({ url: '' }) }))).toBe('PER_DEF_006');
    // @ts-expect-error a handler too many
    expect(codeOf(() => implement({ deploy }, { deploy: () => ({ url: '' }), more: () => null }))).toBe('PER_DEF_006');
  });

  it('declares a project', () => {
    const project = defineConfig({ pipelines: [trainChurn], models: [churn], steps: {} });
    expect(project).toMatchObject({
      kind: 'project',
      pipelines: [{ name: 'train-churn' }],
      models: [{ name: 'churn' }],
    });
  });
});

describe('what is told of a step, a pipeline and a model', () => {
  const N = z.object({ n: z.number() });
  const made = (about: { description?: string; owners?: string[] }) => {
    const one = step('one', { input: N, output: N, ...about });
    return { one, all: pipeline('all', { config: N, graph: (g, { n }) => g.run(one, { n }), ...about }) };
  };

  it('is kept, and changes neither plan nor contract', () => {
    const { one, all } = made({ description: ' What it does. ', owners: ['ana', 'bo', 'ana'] });
    expect([one, all].map(({ description, owners }) => [description, owners])).toEqual([
      ['What it does.', ['ana', 'bo']],
      ['What it does.', ['ana', 'bo']],
    ]);
    expect(planHash(all.plan)).toBe(planHash(made({}).all.plan));
  });

  it.each([[{ description: ' ' }], [{ owners: ['ana', ''] }]])('is refused when it says nothing: %j', (about) => {
    expect(codeOf(() => made(about))).toBe('PER_DEF_060');
  });
});
