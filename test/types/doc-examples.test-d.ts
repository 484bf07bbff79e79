// Danger: an example in a doc comment that does not compile. Each stands here as it stands there (a unit test compares
// them, spaces aside), between what it takes for granted and nothing else.
import { z } from 'zod';
import {
  coalesce,
  command,
  cron,
  type DatabaseResource,
  daily,
  divide,
  doneBy,
  type Graph,
  gte,
  handWritten,
  implement,
  keys,
  lt,
  maxBy,
  monthly,
  notSecret,
  onDataset,
  onEvent,
  onFiles,
  onRows,
  type Pipeline,
  pipeline,
  pluck,
  type Ref,
  type Resource,
  resource,
  resourceValues,
  secret,
  step,
  type StepContract,
  sum,
  template,
} from '../../core';
import { cronFault, cronText, cronTimes } from '../../core/define/cron-fields';
import { canonicalJson } from '../../core/plan/json';
import { sha256 } from '../../core/plan/sha256';
import { connect } from '../../client';
import type { Connection } from '../../client/connection';
import { intervene } from '../../client/intervene';
import { rerun, type RerunnablePipeline } from '../../client/rerun';
import { type LocalOptions, runLocal } from '../../testing';
import { recorded, type RecordedRun } from '../../workflows/hand-written';
import { Dataset, deploy, Model, train, train as trainStep, trainChurn } from './churn';

const contracts = handWritten('nightly', {
  train: step('fit', { input: z.object({ table: z.string() }), output: z.object({ model: Model }) }),
  score: step('score', { input: z.object({ model: Model }), output: z.object({ auc: z.number() }) }),
});

/** What takes the window of a partition. */
const Extracted = z.object({ table: z.string(), from: z.string(), to: z.string() });

export const examples = {
  handWritten(score: typeof contracts.steps.score) {
    const nightly = handWritten('nightly', { train, score });
    return nightly;
  },
  async runStep(run: RecordedRun<typeof contracts>, model: z.output<typeof Model>) {
    const { auc } = await run.step('score', { model }, { id: 'score-first', timeout: '1h', retry: { attempts: 1 } });
    return auc;
  },
  recorded() {
    async function nightly(input: { table: string }): Promise<{ auc: number }> {
      return recorded(input, async (run: RecordedRun<typeof contracts>) => {
        const { model } = await run.step('train', { table: input.table });
        return run.step('score', { model });
      });
    }
    return [nightly, contracts];
  },
  step() {
    const train = step('train', {
      input: z.object({ dataset: Dataset, seed: z.int() }),
      output: z.object({ model: Model, auc: z.number() }),
      pool: 'gpu',
      timeout: '2h',
      heartbeat: '30s',
      retry: { attempts: 3, firstDelay: '1m', never: ['BadDataset'] },
    });
    return train;
  },
  pipeline() {
    const hello = step('hello', { input: z.object({ name: z.string() }), output: z.string() });
    const greet = pipeline('greet', {
      config: z.object({ name: z.string().default('you') }),
      graph: (g, config) => g.run(hello, { name: config.name }),
    });
    return greet;
  },
  resource() {
    const warehouse = resource('warehouse', z.object({ host: notSecret(z.string()), password: secret(z.string()) }));
    return warehouse;
  },
  async resourceValues(load: StepContract) {
    const resources = await resourceValues(load.resources, { warehouse: { host: 'localhost', password: 'for tests' } });
    return resources;
  },
  cron: () => cron('0 2 * * *', { timezone: 'Europe/Berlin', catchup: '6h' }),
  cronFault: () => cronFault(['0', '2', '30', 'feb', '*']),
  cronTimes: () => cronTimes('0 2 * * mon,7').weekdays,
  cronText: () => cronText(cronTimes('0,30 2-2 1-31 * 7')),
  daily() {
    const extract = step('extract', { input: Extracted, output: z.null() });
    pipeline('train-churn', {
      partitions: daily({ from: '2026-01-01', timezone: 'Europe/Berlin' }),
      config: z.object({ table: z.string() }),
      graph: (g, config, day) => g.run(extract, { table: config.table, from: day.from, to: day.to }),
    });
  },
  monthly: () => monthly({ from: '2026-01' }),
  keys: () => keys(['eu', 'us']),
  implement(fit: (path: string, seed: number, signal: AbortSignal) => { model: string; auc: number }) {
    const train = trainStep;
    const gpuSteps = implement(
      { train },
      {
        async train({ dataset, seed }, ctx) {
          return fit(await ctx.artifacts.pathOf(dataset), seed, ctx.signal);
        },
      },
    );
    return gpuSteps;
  },
  command() {
    const fit = trainStep;
    const cpuSteps = implement({ fit }, { fit: command({ program: 'python3', arguments: ['fit.py'] }) });
    return cpuSteps;
  },
  gte: (g: Graph, best: Ref<{ auc: number; model: z.output<typeof Model> }>, config: Ref<{ minAuc: number }>) =>
    g.branch('quality-gate', gte(best.auc, config.minAuc), { then: () => g.run(deploy, { model: best.model }) }),
  run(g: Graph) {
    const train = step('train', { input: z.object({ seed: z.number() }), output: z.null() });
    g.run(train, { seed: 1 }, { id: 'final', timeout: '6h', retry: { attempts: 1 }, priority: 1, tags: ['team:risk'] });
  },
  map(g: Graph, config: Ref<{ seeds: number[] }>) {
    const train = step('train', { input: z.object({ seed: z.number() }), output: z.object({ auc: z.number() }) });
    const tries = g.map('per-seed', config.seeds, (seed) => g.run(train, { seed }), { tolerate: 2 });
    return tries;
  },
  branch(g: Graph, config: Ref<{ size: 'small' | 'large' }>) {
    const fitHere = step('fit-here', { input: z.object({ n: z.number() }), output: z.number() });
    const fitThere = step('fit-there', { input: z.object({ n: z.number() }), output: z.number(), pool: 'gpu' });
    const trained = g.branch('by-size', config.size, {
      switch: { small: () => g.run(fitHere, { n: 1 }), large: () => g.run(fitThere, { n: 9 }) },
    });
    return trained;
  },
  approval(g: Graph, best: Ref<{ model: z.output<typeof Model> }>) {
    const deploy = step('deploy', { input: z.object({ model: Model, share: z.number() }), output: z.null() });
    const signed = g.approval('release', { show: best, by: ['ana'], answer: z.object({ share: z.number() }) });
    g.run(deploy, { model: best.model, share: coalesce(signed.answer, { share: 1 }).share });
  },
  wait(g: Graph, trained: Ref<{ model: z.output<typeof Model> }>, config: Ref<{ labelsAt: string }>) {
    const judge = step('judge', { input: z.object({ model: Model, labelsOf: z.iso.datetime() }), output: z.null() });
    const cooled = g.wait('cool-off', '2h', { after: trained });
    const ripe = g.wait('labels-ripe', { until: config.labelsAt }, { after: cooled });
    g.run(judge, { model: trained.model, labelsOf: ripe.until });
  },
  until(g: Graph, config: Ref<{ goal: number }>) {
    const Fitted = z.object({ nextRate: z.number(), loss: z.number() });
    const fit = step('fit', { input: z.object({ rate: z.number() }), output: Fitted });
    const tuned = g.until(
      'tune',
      { rate: 0.1, loss: 1 },
      (last) => {
        const fitted = g.run(fit, { rate: last.rate });
        return { next: { rate: fitted.nextRate, loss: fitted.loss }, done: lt(fitted.loss, config.goal) };
      },
      { max: 10 },
    );
    return tuned;
  },
  always(g: Graph, load: Ref<{ table: string }>) {
    const dropTables = step('drop-tables', {
      input: z.object({ table: z.string().nullable(), status: z.string() }),
      output: z.null(),
    });
    g.always('cleanup', (end) => {
      g.run(dropTables, { table: coalesce(load.table, null), status: end.status });
    });
  },
  divide: (
    g: Graph,
    data: Ref<{ rows: number }>,
    config: Ref<{ parts: number }>,
    best: Ref<{ model: z.output<typeof Model> }>,
  ) =>
    g.branch('enough', gte(divide(data.rows, config.parts), 1000), {
      then: () => g.run(deploy, { model: best.model }),
    }),
  maxBy(tries: Ref<{ auc: number }[]>) {
    const best = maxBy(tries, (one) => one.auc);
    return best;
  },
  pluck(parts: Ref<{ rows: number }[]>) {
    const rows = sum(pluck(parts, (part) => part.rows));
    return rows;
  },
  doneBy: () => doneBy('06:00', { timezone: 'Europe/Berlin', days: 'mon-fri' }),
  onDataset(flights: Pipeline<z.ZodObject, { clean: z.output<typeof Dataset> }>) {
    const rank = step('rank', { input: z.object({ dataset: Dataset, worst: z.int() }), output: z.null() });
    pipeline('late-airports', {
      on: onDataset(flights, (made) => made.clean, { into: 'flights' }),
      config: z.object({ flights: Dataset, worst: z.int().default(10) }),
      graph: (g, config) => g.run(rank, { dataset: config.flights, worst: config.worst }),
    });
  },
  onFiles() {
    const read = step('read', { input: z.object({ path: z.string() }), output: z.null() });
    pipeline('load', {
      on: onFiles('arrivals', { in: 'incoming', match: '*.csv', config: (file) => ({ path: file.path }) }),
      config: z.object({ path: z.string() }),
      graph: (g, config) => g.run(read, { path: config.path }),
    });
  },
  onRows(warehouse: DatabaseResource) {
    onRows('orders', {
      from: warehouse,
      query: 'SELECT id, updated_at FROM orders',
      watermark: 'updated_at',
      id: 'id',
      config: (rows) => ({ ids: rows.ids }),
    });
  },
  onEvent(shopKey: Resource<z.ZodType<string>>) {
    onEvent('shipped', {
      secret: shopKey,
      payload: z.object({ id: z.string(), order: z.int() }),
      id: (event) => event.id,
      config: (event) => ({ order: event.order }),
    });
  },
  template(g: Graph, config: Ref<{ name: string }>, data: Ref<{ rows: number }>) {
    const announce = step('announce', { input: z.object({ text: z.string() }), output: z.null() });
    g.run(announce, { text: template`${config.name}: ${data.rows} rows` });
  },
  sha256: () => sha256('abc') === 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  canonicalJson: () => canonicalJson({ b: 1, a: [true] }) === '{"a":[true],"b":1}',
  async runLocal(fakes: LocalOptions['steps']) {
    const run = await runLocal(
      trainChurn,
      { table: 'events', seeds: [1, 2] },
      {
        steps: fakes,
        failures: { 'per-seed[1]/train': [new Error('out of memory')] },
        durations: { train: '1h' },
        answers: { release: { approved: true, by: 'ana' } },
      },
    );
    expect(run.value()).toEqual({ url: 'https://churn.example' });
  },
  async connect(databaseUrl: string) {
    const client = await connect({ address: '127.0.0.1:7233', databaseUrl });
    const run = await client.start(trainChurn, { table: 'events', seeds: [1, 2] });
    for await (const event of run.events()) {
      if (event.type === 'node-asks') await run.approve(event.address, { approved: true, by: 'ana' });
    }
    const { auc } = await run.outputOf(train, 'per-seed[0]/train');
    const deployed = await run.result();
    return [auc, deployed];
  },
  async rerun(connection: Connection, project: { pipelines: RerunnablePipeline[] }) {
    await rerun(connection, project.pipelines, { run: 'train-churn-20260201T020000-3f9a1c', from: 'pick-best' });
  },
  async intervene(connection: Parameters<typeof intervene>[0]) {
    await intervene(connection, 'train-churn-20260201T020000-3f9a1c', {
      action: 'pause',
      by: 'ana',
      reason: 'the lake moves',
    });
  },
};
