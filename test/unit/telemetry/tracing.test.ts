// Danger: a process that nobody asked for traces loads an SDK for them; or one that was asked sends spans that hang in the air.
import { flushTracing, openTracing } from '../../../telemetry';
import { traceOfRun } from '../../../core/trace/run-trace';
import { Receiver } from '../../e2e/telemetry/receiver';

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

test('x', async () => {
  const receiver = await Receiver.open();
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = receiver.url;
  const said: unknown[] = [];
  const log = { warn: (...all: unknown[]) => said.push(all), info: () => undefined };
  const tracing = await openTracing({ name: 'perennial-client', log });
  await tracing?.within({ name: 'a' }, async () => undefined);
  await flushTracing();
  await receiver.close();
  console.log(String((said[0] as any)?.[0]?.err?.stack), String((said[0] as any)?.[0]?.err?.cause?.stack));
  expect(receiver.spans).toHaveLength(1);
  void traceOfRun;
});
