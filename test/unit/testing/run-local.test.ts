// Danger: a kit that lies: a pipeline passes its test and breaks in production, because here a wrong shape was let through,
// a retry was given that the contract refuses, or time went otherwise than it does there.
import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import { coalesce, command, eq, gte, implement, type Implementation, pipeline, step } from '../../../core';
import { type LocalOptions, type LocalRun, runLocal } from '../../../testing';
import { codeOf } from '../core/code-of';
import { deploy, extract, pickBest, train, trainChurn } from '../../types/churn';

const fakes = implement(
  { extract, train, pickBest, deploy },
  {
    extract: ({ table, days }) => ({ dataset: `${table}-${days}`, rows: 10 }),
    train: async ({ dataset, seed }) => ({ model: `${dataset}-${seed}`, auc: 0.8 + seed / 100 }),
    pickBest: (all) => all.reduce((best, one) => (one.auc > best.auc ? one : best)),
    deploy: ({ model }) => ({ url: `https://models.example/${model}` }),
  },
);
const approved = { release: { approved: true, by: 'ana' } };
const churn = (options: Partial<LocalOptions> = {}): Promise<LocalRun<{ url: string } | null>> =>
  runLocal(trainChurn, { table: 'events', seeds: [1, 9] }, { steps: fakes, answers: approved, ...options });

const DAY = 86_400_000;

const told = ({ executions }: LocalRun<unknown>): string[] =>
  executions.map(
    ({ address, execution, started, ended, outcome }) => `${address}/${execution} ${started}-${ended} ${outcome}`,
  );

describe('a run in process', () => {
  it('runs a whole plan with fakes in place of its steps, and gives its typed value', async () => {
    const run = await churn();
    const url: string | undefined = run.value()?.url;
    expect(url).toBe('https://models.example/events-90-9');
    expect(run.outputOf('per-seed[1]/train', train).auc).toBeCloseTo(0.89);
    expect(run.nodes.get('quality-gate')).toMatchObject({
      kind: 'branch',
      status: 'completed',
      input: { arm: 'then' },
    });
    expect(run.nodes.get('release')).toMatchObject({ status: 'completed', output: { approved: true, by: 'ana' } });
  });

  it('lets what does not depend on each other run at the same time, in time that nobody waits for', async () => {
    const run = await churn({
      durations: { extract: '10m', train: ({ input }) => (JSON.stringify(input).includes('"seed":9') ? '2h' : '1h') },
      answers: { release: { ...approved.release, after: '2d' } },
    });
    const minutes = (n: number): number => n * 60_000;
    expect(told(run)).toEqual([
      `extract/1 0-${minutes(10)} committed`,
      `per-seed[0]/train/1 ${minutes(10)}-${minutes(70)} committed`,
      `per-seed[1]/train/1 ${minutes(10)}-${minutes(130)} committed`,
      `pick-best/1 ${minutes(130)}-${minutes(130)} committed`,
      `deploy/1 ${minutes(130 + 48 * 60)}-${minutes(130 + 48 * 60)} committed`,
    ]);
    expect(run.duration).toBe(minutes(130 + 48 * 60));
  });

  it('waits for the next try as long as a failure itself asks, and as the contract says where it asks for nothing', async () => {
    const limit = ApplicationFailure.create({ message: 'too many calls', nextRetryDelay: '10m' });
    const run = await churn({ failures: { extract: [limit, new Error('again')] } });
    expect(told(run).slice(0, 3)).toEqual([
      'extract/1 0-0 failed',
      'extract/2 600000-600000 failed',
      'extract/3 602000-602000 committed',
    ]);
  });

  it('runs a use of a step as this use asks, not as the contract does', async () => {
    const patient = pipeline('patient', {
      config: z.object({}),
      graph: (g) => g.run(pickBest, [], { timeout: '1h', retry: { attempts: 2, firstDelay: '5m' } }),
    });
    const fakeBest = implement({ pickBest }, { pickBest: () => ({ model: 'm', auc: 1 }) });
    const failures = { 'pick-best': [new Error('once'), new Error('twice')] };
    const run = await runLocal(patient, {}, { steps: fakeBest, failures, durations: { 'pick-best': '50m' } });
    expect(run).toMatchObject({ status: 'failed', duration: (50 + 5 + 50) * 60_000 });
  });

  it('is the same each time', async () => {
    const [one, two] = await Promise.all([churn(), churn()]);
    expect(JSON.stringify([one, [...one.nodes]])).toBe(JSON.stringify([two, [...two.nodes]]));
  });

  it('takes one of several implementations: the first that has the step', async () => {
    const other = implement({ deploy }, { deploy: () => ({ url: 'https://other.example' }) });
    expect((await churn({ steps: [other, fakes] })).value()?.url).toBe('https://other.example');
  });

  it('hands steps a context: run, key, resources, artifacts, progress', async () => {
    const write = step('write', { input: z.object({}), output: z.object({ digest: z.string(), key: z.string() }) });
    const read = step('read', { input: z.object({ digest: z.string() }), output: z.object({ text: z.string() }) });
    const steps = implement(
      { write, read },
      {
        async write(_, context) {
          context.progress(0.5);
          const { artifacts, key } = context;
          return { digest: await artifacts.putBytes(Buffer.from('kept'), 'json'), key };
        },
        async read({ digest }, { artifacts }) {
          return { text: (await artifacts.read(digest)).toString() };
        },
      },
    );
    const both = pipeline('both', {
      config: z.object({}),
      graph(g) {
        const { digest, key } = g.run(write, {});
        return { ...{ key }, text: g.run(read, { digest }).text };
      },
    });
    const run = await runLocal(both, {}, { steps });
    expect(run.value()).toEqual({ key: 'local/write', text: 'kept' });
    expect(run.executions[0]?.progress).toEqual([0.5]);
  });
});

describe('contracts', () => {
  const n = z.object({ n: z.int().max(5) });
  const one = step('one', { input: n, output: n });
  const once = pipeline('once', { config: n, graph: (g, config) => g.run(one, { n: config.n }) });
  const of = (handle: () => unknown): Implementation => ({
    ...implement({ one }, { one: (x) => x }),
    handlers: { one: handle },
  });

  it('are held to: config, input, output, size, form', async () => {
    await expect(runLocal(once, { n: 6 }, { steps: [] })).rejects.toMatchObject({ code: 'PER_RUN_013' });
    const code = async (handle: () => unknown): Promise<unknown> => {
      const { status, failure, executions } = await runLocal(once, { n: 1 }, { steps: of(handle) });
      // What the same code would do again is not tried again.
      return [status, failure?.type, executions.length];
    };
    expect(await code(() => ({ n: 6 }))).toEqual(['failed', 'PER_RUN_005', 1]);
    expect(await code(() => undefined)).toEqual(['failed', 'PER_RUN_005', 1]);
    const text = step('one', { input: n, output: z.object({ text: z.string() }) });
    const large = pipeline('large', { config: n, graph: (g, config) => g.run(text, { n: config.n }) });
    const sized = (size: number) =>
      runLocal(large, { n: 1 }, { steps: implement({ text }, { text: () => ({ text: 'x'.repeat(size) }) }) });
    expect((await sized(65_000)).status).toBe('completed');
    expect((await sized(65_536)).failure?.type).toBe('PER_RUN_006');
  });

  it('refuse an input that the graph computed wrongly', async () => {
    const wide = pipeline('wide', {
      config: z.object({ n: z.number() }),
      graph: (g, config) => g.run(one, { n: config.n }),
    });
    const run = await runLocal(wide, { n: 7 }, { steps: of(() => ({ n: 1 })) });
    expect(run.failure).toMatchObject({ type: 'PER_RUN_004', fault: 'user' });
  });

  it('say so when a step that runs has no code', async () => {
    await expect(runLocal(once, { n: 1 }, { steps: [] })).rejects.toMatchObject({ code: 'PER_RUN_010' });
  });

  it('say so when the code of a step is a program, which takes real time', async () => {
    const steps = implement({ one }, { one: command({ program: 'python3' }) });
    await expect(runLocal(once, { n: 1 }, { steps })).rejects.toMatchObject({ code: 'PER_RUN_070' });
  });
});

describe('failures', () => {
  it('that are injected are tried again as the contract says, after its delays', async () => {
    const run = await churn({
      durations: { train: '10m' },
      failures: { 'per-seed[1]/train': [new Error('out of memory'), new Error('again'), null] },
    });
    expect(told(run).filter((line) => line.startsWith('per-seed[1]'))).toEqual([
      'per-seed[1]/train/1 0-600000 failed',
      'per-seed[1]/train/2 660000-1260000 failed',
      'per-seed[1]/train/3 1320000-1920000 committed',
    ]);
    expect(run.status).toBe('completed');
  });

  it('end the run when there are as many as the contract allows, and stop what still runs', async () => {
    const run = await churn({
      failures: { 'per-seed[0]/train': () => new TypeError('broken') },
      durations: { 'per-seed[1]/train': '1h' },
    });
    expect(run).toMatchObject({ status: 'failed', output: null, failure: { type: 'TypeError', message: 'broken' } });
    expect(run.reason).toBe('per-seed[0]/train: broken');
    expect(told(run)).toContain('per-seed[1]/train/1 0-120000 cancelled');
    expect(run.nodes.get('pick-best')?.status).toBe('cancelled');
    expect(codeOf(() => run.value())).toBe('PER_RUN_082');
    expect(codeOf(() => run.outputOf('pick-best', pickBest))).toBe('PER_RUN_083');
    expect(codeOf(() => run.outputOf('extract', train))).toBe('PER_RUN_083');
  });

  it('that the contract never tries again are not', async () => {
    class BadDataset extends Error {}
    const run = await churn({ failures: { train: () => new BadDataset('no rows') } });
    expect(run.executions.filter(({ address }) => address === 'per-seed[0]/train')).toHaveLength(1);
    expect(run.failure).toMatchObject({ type: 'BadDataset', retryable: false });
  });

  it('come from time-outs: the code sees its signal, and another execution follows', async () => {
    let aborted = 0;
    const slow = implement(
      { train },
      {
        train: (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              aborted += 1;
              reject(new Error('stopped'));
            });
          }),
      },
    );
    const run = await churn({ steps: [slow, fakes], durations: { train: '1d' } });
    expect(run.failure?.type).toBe('PER_RUN_019');
    const [first] = run.executions.filter(({ step: name }) => name === 'train');
    expect(first).toMatchObject({ started: 0, ended: 7_200_000, outcome: 'failed' });
    expect(aborted).toBe(run.executions.filter(({ step: name }) => name === 'train').length);
  });

  it('of options that name nothing are found', async () => {
    for (const option of ['failures', 'durations', 'answers'])
      await expect(churn({ [option]: { trian: [] } })).rejects.toMatchObject({ code: 'PER_RUN_081' });
  });
});

describe('approvals', () => {
  it('time out in virtual time', async () => {
    const run = await churn({ answers: {} });
    expect(run).toMatchObject({ status: 'rejected', duration: 3 * DAY });
    expect(run.nodes.get('release')?.output).toMatchObject({ by: 'time-out', at: '2001-01-04T00:00:00.000Z' });
  });

  it('are answered by a function that sees what is shown', async () => {
    const run = await churn({
      answers: { release: ({ show }) => ({ approved: JSON.stringify(show).includes('0.89'), by: 'ana' }) },
    });
    expect(run.status).toBe('completed');
  });

  const Share = z.object({ share: z.number().max(1) });
  const signing = pipeline('signing', {
    config: z.object({}),
    graph: (g) => coalesce(g.approval('sign', { answer: Share, by: ['ana'] }).answer, { share: 0 }).share,
  });

  it('refuse wrong people and wrong answers, and go on waiting', async () => {
    const run = await runLocal(
      signing,
      {},
      {
        steps: [],
        answers: {
          sign: [
            { approved: true, by: 'bo', answer: { share: 1 } },
            { approved: true, by: 'ana', answer: { share: 2 } },
            { approved: true, by: 'ana', answer: { share: 0.5 } },
          ],
        },
      },
    );
    expect(run.value()).toBe(0.5);
    expect(run.refused.map(({ code }) => code)).toEqual(['PER_RUN_030', 'PER_RUN_016']);
  });

  it('that nobody answers and that never time out are said to wait for ever', async () => {
    await expect(runLocal(signing, {}, { steps: [] })).rejects.toMatchObject({ code: 'PER_RUN_080' });
  });
});

describe('a cancellation', () => {
  const tidy = step('tidy', { input: z.object({ rows: z.number() }), output: z.object({}) });
  const guarded = pipeline('guarded', {
    config: z.object({}),
    graph(g) {
      const data = g.run(extract, { table: 't', days: 1 });
      const trained = g.run(train, { dataset: data.dataset, seed: 1 });
      g.always('end', () => {
        g.run(tidy, { rows: coalesce(data.rows, 0) });
      });
      return trained.auc;
    },
  });

  it('comes at its virtual moment; what runs is stopped, and final bodies run', async () => {
    const steps = [implement({ tidy }, { tidy: () => ({}) }), fakes];
    const run = await runLocal(guarded, {}, { steps, durations: { extract: '1m', train: '1h' }, cancelAfter: '10m' });
    expect(run).toMatchObject({ status: 'cancelled', duration: 600_000 });
    expect(told(run)).toEqual([
      'extract/1 0-60000 committed',
      'train/1 60000-600000 cancelled',
      'tidy/1 600000-600000 committed',
    ]);
  });
});

describe('maps and calls', () => {
  const n = z.object({ n: z.number() });
  const double = step('double', { input: n, output: n });
  const steps = implement({ double }, { double: ({ n: x }) => ({ n: 2 * x }) });
  const each = pipeline('each', {
    config: z.object({ list: z.array(z.number()) }),
    graph: (g, config) => g.map('items', config.list, (item) => g.run(double, { n: item }).n, { maxParallel: 2 }),
  });
  const twice = pipeline('twice', {
    config: z.object({ n: z.number().max(9) }),
    graph: (g, config) => g.run(double, { n: g.run(double, { n: config.n }, { id: 'first' }).n }).n,
  });
  const calling = pipeline('calling', {
    config: z.object({ n: z.number() }),
    graph(g, config) {
      const first = g.run(double, { n: config.n });
      return g.branch('large', gte(first.n, 4), { then: () => g.call(twice, { n: first.n }), else: () => 0 });
    },
  });

  it('wait in virtual time, by the date of the beginning: a month takes less than a thousandth of it', async () => {
    const patient = pipeline('patient', {
      config: z.object({ ripe: z.iso.datetime(), names: z.array(z.string()) }),
      graph(g, config) {
        const data = g.run(extract, { table: 't', days: 1 });
        const cooled = g.wait('cool-off', '30d', { after: data });
        const tables = g.map('each', config.names, (table) => {
          const ripe = g.wait('ripe', { until: config.ripe });
          return g.run(extract, { table, days: 2 }, { id: 'again', after: [ripe, cooled] }).dataset;
        });
        return { tables, until: cooled.until };
      },
    });
    const names = Array.from({ length: 300 }, (_, i) => `t${i}`);
    const startedAt = '2026-01-01T00:00:00.000Z';
    const given = { ripe: '2026-02-10T00:00:00Z', names };
    const options = { steps: fakes, startedAt, durations: { extract: '6m' } } as const;
    const began = performance.now();
    const run = await runLocal(patient, given, options);
    const took = performance.now() - began;
    expect(run.value()).toEqual({ tables: names.map((name) => `${name}-2`), until: '2026-01-31T00:06:00.000Z' });
    expect(run.duration).toBe(40 * DAY + 360_000);
    expect(took).toBeLessThan(run.duration / 1_000);
    expect(run.nodes.get('cool-off')).toMatchObject({
      ...{ kind: 'wait', status: 'completed', started: 360_000, ended: 30 * DAY + 360_000 },
      input: { until: '2026-01-31T00:06:00.000Z' },
    });
    // In the calendar of the default beginning that moment is years away.
    const { failure } = await runLocal(patient, given, { steps: fakes });
    expect(failure).toMatchObject({ type: 'PER_FLOW_014' });
    const cut = await runLocal(patient, given, { ...options, cancelAfter: '3d' });
    expect(cut).toMatchObject({ status: 'cancelled', duration: 3 * DAY });
    expect(cut.nodes.get('cool-off')).toMatchObject({ status: 'cancelled', ended: 3 * DAY });
  });

  it('run as many items at once as the map allows', async () => {
    const run = await runLocal(each, { list: [1, 2, 3] }, { steps, durations: { double: 100 } });
    expect(run.value()).toEqual([2, 4, 6]);
    expect(run.duration).toBe(200);
  });

  it('run long lists in shards, each item recorded under its own address', async () => {
    const list = Array.from({ length: 450 }, (_, i) => i);
    const run = await runLocal(each, { list }, { steps });
    expect(run.value()).toEqual(list.map((i) => 2 * i));
    expect(run.executions).toHaveLength(450);
    expect(run.nodes.get('items[449]/double')).toMatchObject({ status: 'completed', output: { n: 898 } });
  });

  it('hand a called pipeline what it asks for, as a step: what an item holds beside it is dropped', async () => {
    const rows = pipeline('rows', {
      config: z.object({ rows: z.array(z.object({ n: z.number(), note: z.string() })) }),
      graph: (g, config) => g.map('each', config.rows, (row) => g.call(twice, row)),
    });
    const run = await runLocal(rows, { rows: [{ n: 2, note: 'of the second' }] }, { steps });
    expect(run.value()).toEqual([8]);
  });

  it('run called pipelines too, with records behind the address of the call', async () => {
    const run = await runLocal(calling, { n: 3 }, { steps, durations: { 'twice/first': 500 } });
    expect(run.value()).toBe(24);
    expect(told(run)).toEqual([
      'double/1 0-0 committed',
      'twice/first/1 0-500 committed',
      'twice/double/1 500-500 committed',
    ]);
    expect(run.nodes.get('twice')).toMatchObject({ kind: 'call', status: 'completed', output: 24 });
  });

  it('fail with what failed in a called run, or with its config', async () => {
    const broken = await runLocal(
      calling,
      { n: 3 },
      { steps, failures: { 'twice/first': () => new RangeError('no') } },
    );
    expect(broken).toMatchObject({ status: 'failed', failure: { type: 'RangeError' } });
    const refused = await runLocal(calling, { n: 10 }, { steps });
    expect(refused).toMatchObject({ status: 'failed', failure: { type: 'PER_RUN_013' } });
  });

  it('are stopped with the run that they belong to', async () => {
    const run = await runLocal(calling, { n: 3 }, { steps, durations: { 'twice/first': 500 }, cancelAfter: 100 });
    expect(run.status).toBe('cancelled');
    expect(told(run)).toEqual(['double/1 0-0 committed', 'twice/first/1 0-100 cancelled']);
  });

  it('take the arm that the condition says, and no code is needed for the other', async () => {
    const either = pipeline('either', {
      config: z.object({ on: z.boolean() }),
      graph: (g, config) =>
        g.branch('on', eq(config.on, true), {
          then: () => g.run(double, { n: 1 }).n,
          else: () => g.run(extract, { table: 't', days: 1 }).rows,
        }),
    });
    const run = await runLocal(either, { on: true }, { steps });
    expect(run.value()).toBe(2);
    expect(run.nodes.get('extract')?.status).toBe('skipped');
  });
});
