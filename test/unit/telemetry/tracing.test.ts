// Danger: a process that nobody asked for traces loads an SDK for them; spans hang in the air, since two processes have other ids
// for one run; or a trace that is not to be exported is, for half of its spans.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { traceOfRun } from '../../../core/trace/run-trace';
import { exportsTraces } from '../../../telemetry';
import { exportingTraces } from '../../../telemetry/tracing';
import { Receiver } from '../../e2e/telemetry/receiver';

const before = { ...process.env };
const run = traceOfRun('0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b', null);
const below = traceOfRun('0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c', { ...run, sampled: run.sampled });
let receiver: Receiver;

beforeEach(async () => {
  receiver = await Receiver.open();
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = receiver.url;
});
afterEach(async () => {
  process.env = { ...before };
  await receiver.close();
});

const nothing = async (): Promise<void> => undefined;
const times = { from: new Date(1_000), to: new Date(3_000) };

test('nobody asks for traces by a variable that is empty, or that switches them off', () => {
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://x';
  expect(exportsTraces({})).toBe(false);
  expect(exportsTraces({ OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toBe(false);
  expect(exportsTraces({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: 'true' })).toBe(false);
  expect(exportsTraces({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER: 'none' })).toBe(false);
  expect(exportsTraces({ OTEL_EXPORTER_OTLP_ENDPOINT })).toBe(true);
  expect(exportsTraces({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://x' })).toBe(true);
});

test("a run's span has the id that its nodes were put below, in whichever process, and its own times", async () => {
  const [one, other] = [exportingTraces({ name: 'perennial-worker' }), exportingTraces({ name: 'perennial-worker' })];
  await one.within({ name: 'node', below: run }, nothing);
  other.run(below, { name: 'called' }, times, 'failed');
  other.run(run, { name: 'run' }, times, null);
  await Promise.all([one.flush(5_000), other.flush(5_000)]);
  const [root, node, called] = ['run', 'node', 'called'].map((name) => receiver.named(name)[0]);
  expect(root).toMatchObject({ traceId: run.trace, spanId: run.span, startTimeUnixNano: 1_000_000_000n });
  expect(root?.parentSpanId ?? '').toBe('');
  expect(node).toMatchObject({ traceId: run.trace, parentSpanId: run.span });
  expect(called).toMatchObject({ traceId: run.trace, spanId: below.span, parentSpanId: run.span, status: { code: 2 } });
});

test.each([
  ['1', ['called', 'node', 'run']],
  ['0', []],
])('by the share %s of traces every process exports a run whole or not at all', async (share, names) => {
  process.env['OTEL_TRACES_SAMPLER'] = 'parentbased_traceidratio';
  process.env['OTEL_TRACES_SAMPLER_ARG'] = share;
  const tracing = exportingTraces({ name: 'perennial-worker' });
  await tracing.within({ name: 'node', below: run }, nothing);
  tracing.run(run, { name: 'run' }, times, null);
  tracing.run(below, { name: 'called' }, times, null);
  await tracing.flush(5_000);
  expect(receiver.spans.map(({ name }) => name).sort()).toEqual(names);
});

test('what a client decided against is not exported', async () => {
  const tracing = exportingTraces({ name: 'perennial-worker' });
  const silent = traceOfRun('0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b', { ...run, span: below.span, sampled: false });
  await tracing.within({ name: 'node', below: silent }, nothing);
  tracing.run(silent, { name: 'run' }, times, null);
  await tracing.flush(5_000);
  expect(receiver.spans).toEqual([]);
});

test('a receiver that is away is told of once, and a flush does not wait for it', async () => {
  const gone = await Receiver.open();
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = gone.url;
  await gone.close();
  process.env['OTEL_EXPORTER_OTLP_TIMEOUT'] = '50';
  const warn = jest.fn();
  const tracing = exportingTraces({ name: 'perennial-worker', log: { warn, info: jest.fn() } });
  for (const name of ['a', 'b']) {
    await tracing.within({ name }, nothing);
    await tracing.flush(5_000);
  }
  expect(warn).toHaveBeenCalledTimes(1);
});

/** What a fresh process has loaded of packages after `openTracing`. */
function loaded(environment: Record<string, string>): string[] {
  const code = `
    require('./telemetry').openTracing({ name: 'perennial-worker' }).then(() => {
      const found = Object.keys(require.cache).flatMap((path) => path.split('node_modules/')[1]?.split('/')[0] ?? []);
      console.log(JSON.stringify([...new Set(found)]));
      process.exit();
    });`;
  const cwd = join(__dirname, '../../../dist');
  const said = execFileSync(process.execPath, ['--eval', code], { cwd, env: { PATH: before['PATH'], ...environment } });
  return z.array(z.string()).parse(JSON.parse(String(said)));
}

test('unasked, nothing is loaded; asked, the SDK is', () => {
  expect(loaded({})).toEqual([]);
  expect(loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })).toContain('@opentelemetry');
});
