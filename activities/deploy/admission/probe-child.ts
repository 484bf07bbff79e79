// The throw-away process that a model file meets first: it walks the file, loads it, runs it, and reports. Whatever the
// file does to it (a crash, an endless run, a flood of memory) ends here.
import { Worker } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { isPerennialError, perennialError } from '../../../core/errors';
import { type Column, encodeColumn, type Row } from '../../../core/signature';
import { type Golden, PROBE_ROWS, type ProbeAnswer, type ProbeFindings, ProbeOrder } from './probe-protocol';
import { walk } from './walk';

/** Largest difference from a golden answer. */
const TOLERANCE = 1e-5;
const REPETITIONS = 3;

// A run of ONNX Runtime holds the main thread, so another one ends the process when its time is up or its parent is gone.
const WATCHDOG = `
  const { workerData } = require('node:worker_threads');
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const end = Date.now() + workerData;
  const parent = process.ppid;
  while (Date.now() < end && process.ppid === parent) Atomics.wait(cell, 0, 0, 250);
  process.kill(process.pid, 'SIGKILL');
`;

process.once('message', (message) => {
  const order = ProbeOrder.parse(message);
  new Worker(WATCHDOG, { eval: true, workerData: order.timeMs }).unref();
  void answer(order).then((result) => {
    process.send?.(result, () => process.exit(0));
  });
});

async function answer(order: ProbeOrder): Promise<ProbeAnswer> {
  try {
    return { type: 'admitted', findings: await probe(await readModel(), order.golden) };
  } catch (error) {
    if (isPerennialError(error)) return { type: 'refused', code: error.code, detail: error.detail };
    return { type: 'refused', code: 'PER_MODEL_058', detail: String(error).slice(0, 500) };
  }
}

async function readModel(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function probe(bytes: Buffer, golden: Golden | null): Promise<ProbeFindings> {
  const facts = walk(bytes);
  const started = performance.now();
  const session = await InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableCpuMemArena: false,
    logSeverityLevel: 4,
  });
  const loadMs = performance.now() - started;
  const rowMs = await slowestRun(session, facts.inputs, 1);
  const slowestMs = await slowestRun(session, facts.inputs, PROBE_ROWS);
  const goldenDifference = golden ? await compare(session, facts.inputs, golden) : null;
  return {
    ...facts,
    inputs: [...facts.inputs],
    loadMs,
    rowMs,
    slowestMs,
    goldenRows: golden?.rows.length ?? 0,
    goldenDifference,
  };
}

async function slowestRun(session: InferenceSession, inputs: readonly Column[], count: number): Promise<number> {
  const rows = Array.from({ length: count }, (_, i) => probeRow(inputs, i));
  let slowest = 0;
  for (let i = 0; i < REPETITIONS; i++) {
    const started = performance.now();
    await run(session, inputs, rows);
    slowest = Math.max(slowest, performance.now() - started);
  }
  return slowest;
}

/** Rows of all sorts, the first with everything missing. */
function probeRow(inputs: readonly Column[], i: number): Row {
  const numbers = [null, 0, 1, -1, 0.5, 1e6, -1e30, 3e38];
  const texts = [null, '', 'A', 'unseen', '\u00e9', ' b '];
  const instants = [null, '1970-01-01T00:00:00.000Z', '2001-02-03T04:05:06.000Z', '1850-06-01T23:59:59.999Z'];
  const cell = {
    number: numbers[i % numbers.length],
    text: texts[i % texts.length],
    timestamp: instants[i % instants.length],
  };
  return Object.fromEntries(inputs.map((column) => [column.name, cell[column.type] ?? null]));
}

async function run(session: InferenceSession, inputs: readonly Column[], rows: readonly Row[]): Promise<Float32Array> {
  const feeds = Object.fromEntries(inputs.map((column) => [column.name, tensorOf(column, rows)]));
  const output = (await session.run(feeds, ['probability']))['probability'];
  const data = output?.data;
  if (!(data instanceof Float32Array) || data.length !== rows.length || output?.dims.length !== 1)
    throw perennialError(
      'PER_MODEL_060',
      `It answered the shape [${output?.dims.join(',') ?? ''}] to ${rows.length} rows.`,
    );
  for (const p of data)
    if (!(p >= 0 && p <= 1)) throw perennialError('PER_MODEL_060', `It answered ${p}, which is no probability.`);
  return data;
}

function tensorOf(column: Column, rows: readonly Row[]): Tensor {
  const encoded = encodeColumn(column, rows);
  const dims = [rows.length, 1];
  if (encoded.type === 'float32') return new Tensor('float32', encoded.data, dims);
  if (encoded.type === 'int64') return new Tensor('int64', encoded.data, dims);
  return new Tensor('string', encoded.data, dims);
}

async function compare(session: InferenceSession, inputs: readonly Column[], golden: Golden): Promise<number> {
  const answers = await run(session, inputs, golden.rows);
  let largest = golden.probabilities.length === golden.rows.length ? 0 : Infinity;
  golden.probabilities.forEach((expected, i) => {
    largest = Math.max(largest, Math.abs(expected - (answers[i] ?? NaN)));
  });
  if (!(largest <= TOLERANCE))
    throw perennialError(
      'PER_MODEL_060',
      `Its answers differ from the golden ones by ${largest} at most (${TOLERANCE} allowed).`,
    );
  return largest;
}
