// Danger: figures that are wrong are worse than none, since someone is woken by them: a retry that counts as a run, a hit
// that counts as work. And a trace that falls into pieces, holds a secret, or takes the run down with its receiver.
import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';
import { connect, type PerennialClient } from '../../../client/typed-client';
import { flushTracing } from '../../../telemetry';
import { eventually, Surroundings } from '../../chaos/surroundings';
import { measured, wide } from './project/measured';
import { Receiver, type Received } from './receiver';

jest.setTimeout(120_000);

const SECRET = 'canary-4711';
const Ready = z.object({ ready: z.object({ metrics: z.string().nullable() }) });

let around: Surroundings;
let receiver: Receiver;
let worker: ChildProcess;
let client: PerennialClient;
/** The figures after two runs: name with labels as they are printed, to its value. */
let figures: Map<string, number>;
const before = { ...process.env };

beforeAll(async () => {
  receiver = await Receiver.open();
  around = await Surroundings.open('../e2e/telemetry/project');
  process.env['PERENNIAL_METRICS_PORT'] = '0';
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = receiver.url;
  process.env['OTEL_BSP_SCHEDULE_DELAY'] = '100';
  worker = await around.worker();
  client = await connect({
    address: process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'] ?? '',
    namespace: around.namespace,
    databaseUrl: around.database.url,
  });
  for (const id of ['first', 'second']) {
    const run = await client.start(measured, { folder: around.folder, secret: SECRET }, { id });
    expect(await run.result()).toMatchObject({ n: 2, tries: 2 });
  }
  await flushTracing();
  await eventually(async () => receiver.named('run measured').length === 2);
  figures = await scrape();
});

afterAll(async () => {
  await client.close();
  await around.close();
  await receiver.close();
  process.env = before;
});

async function scrape(): Promise<Map<string, number>> {
  const { metrics } = Ready.parse(JSON.parse(around.readyLine(worker))).ready;
  const answer = await fetch(metrics ?? '');
  expect(answer.headers.get('content-type')).toContain('text/plain');
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

const executions = (step: string, outcome: string): number =>
  figures.get(`perennial_executions_total{pipeline="measured",step="${step}",pool="cpu",outcome="${outcome}"}`) ?? 0;
const lookUps = (step: string, outcome: string): number =>
  figures.get(`perennial_cache_lookups_total{step="${step}",pool="cpu",outcome="${outcome}"}`) ?? 0;

describe("a worker's figures", () => {
  it('tell executions by how they ended: a hit is none that ran, and each try of a retry is one', () => {
    expect([executions('plus', 'committed'), executions('plus', 'cached')]).toEqual([1, 1]);
    expect([executions('flaky', 'committed'), executions('flaky', 'failed')]).toEqual([2, 2]);
    expect([executions('program', 'committed'), executions('apart', 'committed')]).toEqual([2, 2]);
    const counted = [...figures].filter(([name, n]) => name.startsWith('perennial_executions_total') && n > 0);
    expect(counted).toHaveLength(6);
  });

  it('tell what the cache gave', () => {
    expect([lookUps('plus', 'miss'), lookUps('plus', 'hit'), lookUps('plus', 'off')]).toEqual([1, 1, 0]);
    expect([lookUps('flaky', 'off'), lookUps('program', 'off')]).toEqual([4, 2]);
  });

  it('tell how long executions waited and took, of those alone that ran', () => {
    for (const name of ['perennial_queue_wait_seconds', 'perennial_execution_seconds']) {
      const count = (step: string) => figures.get(`${name}_count{step="${step}",pool="cpu"}`);
      expect([count('plus'), count('flaky'), count('apart')]).toEqual([1, 4, 2]);
      expect(figures.get(`${name}_sum{step="apart",pool="cpu"}`)).toBeGreaterThan(0);
    }
  });

  it('tell runs, slots, and that nothing waits in the outbox or was fenced off', () => {
    expect(figures.get('perennial_runs_total{pipeline="measured",outcome="completed"}')).toBe(2);
    expect(figures.get('perennial_slots{pool="cpu"}')).toBe(200);
    expect(figures.get('perennial_slots_used{pool="cpu"}')).toBe(0);
    expect(figures.get('perennial_outbox_waiting')).toBe(0);
    const fences = [...figures].filter(([name]) => name.startsWith('perennial_fences_refused_total'));
    expect(fences.filter(([, refused]) => refused > 0)).toEqual([]);
  });

  it("come with those of Temporal's core, and have no run in a label", () => {
    const names = [...figures.keys()];
    expect(names.some((name) => name.startsWith('temporal_workflow_task_schedule_to_start_latency_seconds'))).toBe(
      true,
    );
    expect(names.filter((name) => /"(first|second)"|canary/.test(name))).toEqual([]);
  });
});

const only = (name: string, index: number): Received => {
  const span = receiver.named(name)[index];
  if (span === undefined) throw new Error(`no span '${name}'`);
  return span;
};

describe('a trace', () => {
  it('goes from the client by the run and its nodes to the child process, each below the one before', () => {
    const start = only('start measured', 0);
    const run = only('run measured', 0);
    expect(run).toMatchObject({ parentSpanId: start.spanId, traceId: start.traceId });
    const nodes = ['plus', 'flaky', 'program', 'apart'].map((step) => only(`execute ${step}`, 0));
    for (const node of nodes) expect(node).toMatchObject({ parentSpanId: run.spanId, traceId: start.traceId });
    for (const step of ['program', 'apart']) {
      const [child, node] = [only(`process ${step}`, 0), only(`execute ${step}`, 0)];
      expect(child).toMatchObject({ parentSpanId: node.spanId, traceId: start.traceId, service: 'perennial-step' });
    }
    expect([start.service, run.service]).toEqual(['perennial-client', 'perennial-worker']);
    expect(run.startTimeUnixNano <= only('execute plus', 0).startTimeUnixNano).toBe(true);
  });

  it('of another run is another one', () => {
    expect(only('run measured', 1).traceId).not.toBe(only('run measured', 0).traceId);
  });

  it('says of each node what it was about, how it ended and what the cache gave', () => {
    expect(only('execute plus', 0).attributes).toMatchObject({
      'perennial.pipeline': 'measured',
      'perennial.run': 'first',
      'perennial.node': 'plus',
      'perennial.step': 'plus',
      'perennial.pool': 'cpu',
      'perennial.attempt': 1,
      'perennial.outcome': 'committed',
      'perennial.cache': 'miss',
    });
    expect(only('execute plus', 1).attributes).toMatchObject({
      'perennial.outcome': 'cached',
      'perennial.cache': 'hit',
    });
    const [failed, again] = [only('execute flaky', 0), only('execute flaky', 1)];
    expect(failed).toMatchObject({
      status: { code: 2 },
      attributes: { 'error.type': 'Error', 'perennial.attempt': 1 },
    });
    expect(again.attributes).toMatchObject({ 'perennial.attempt': 2, 'perennial.outcome': 'committed' });
    expect(only('run measured', 0).attributes).toMatchObject({ 'perennial.outcome': 'completed' });
  });

  it("takes in what users' own code traces, in the worker and in the child process", () => {
    expect(only('mine-in-worker', 0).parentSpanId).toBe(only('execute plus', 0).spanId);
    expect(only('mine-in-child', 0).parentSpanId).toBe(only('process apart', 0).spanId);
  });

  it('is handed to a program in TRACEPARENT', async () => {
    const child = only('process program', 0);
    const { traceparent } = await client.run(measured, 'first').result();
    expect(traceparent).toBe(`00-${child.traceId}-${child.spanId}-01`);
  });

  it('holds nothing of a config, an output or a message', () => {
    expect(receiver.text).toContain('perennial.run');
    expect(receiver.text).not.toContain(SECRET);
  });

  it('of a run that nobody traced begins with the run', async () => {
    const args = [{ config: { folder: around.folder, secret: SECRET }, plan: 'current' }];
    const { client: untraced } = around;
    await untraced.workflow.execute('measured', { workflowId: 'alone', taskQueue: 'perennial-cpu', args });
    const ofAlone = (name: string) => receiver.named(name).find((one) => one.attributes['perennial.run'] === 'alone');
    await eventually(async () => ofAlone('run measured') !== undefined && ofAlone('execute apart') !== undefined);
    const [run, node] = [ofAlone('run measured'), ofAlone('execute apart')];
    expect(run?.parentSpanId ?? '').toBe('');
    expect(node).toMatchObject({ traceId: run?.traceId, parentSpanId: run?.spanId });
  });
});

test('shards of a map are of their run, in its trace and in the figures; a called run is a run of its own below it', async () => {
  const items = Array.from({ length: 201 }, (_, i) => i);
  const handle = await client.start(wide, { items }, { id: 'wide' });
  expect(await handle.result()).toMatchObject({ called: 7 });
  await eventually(
    async () => receiver.named('execute tick').length === 202 && receiver.named('run wide').length === 1,
  );
  const [run, called] = [only('run wide', 0), only('run inner', 0)];
  expect(called).toMatchObject({ parentSpanId: run.spanId, traceId: run.traceId });
  const ticks = receiver.named('execute tick');
  const ofItems = ticks.filter(({ attributes }) => attributes['perennial.run'] === 'wide');
  expect(ofItems).toHaveLength(201);
  expect(new Set(ofItems.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([run.spanId]));
  expect(new Set(ofItems.map(({ attributes }) => attributes['perennial.pipeline']))).toEqual(new Set(['wide']));
  expect(ticks.find((one) => !ofItems.includes(one))).toMatchObject({ parentSpanId: called.spanId });
  figures = await scrape();
  const ticked = (pipeline: string) =>
    figures.get(`perennial_executions_total{pipeline="${pipeline}",step="tick",pool="cpu",outcome="committed"}`);
  expect([ticked('wide'), ticked('inner')]).toEqual([201, 1]);
  const { events } = await around.client.workflow.getHandle('wide').fetchHistory();
  expect(events?.some((event) => event.startChildWorkflowExecutionInitiatedEventAttributes)).toBe(true);
});

test('with the receiver away a run ends as ever, and its worker says so once', async () => {
  const gone = await Receiver.open();
  const { url } = gone;
  await gone.close();
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = url;
  worker.kill('SIGTERM');
  await new Promise((ended) => worker.once('exit', ended));
  const deaf = await around.worker();
  const run = await client.start(measured, { folder: around.folder, secret: SECRET }, { id: 'unheard' });
  expect(await run.result()).toMatchObject({ n: 2 });
  const told = async () => (await around.logOf(deaf)).split('traces cannot be exported').length - 1;
  await eventually(async () => (await told()) > 0);
  const again = await client.start(measured, { folder: around.folder, secret: SECRET }, { id: 'unheard-again' });
  await again.result();
  expect(await told()).toBe(1);
});
