import { InferenceSession, Tensor } from 'onnxruntime-node';
import { perennialError } from '../../core/errors';
import { type Column, encodeColumn, type Row, type Signature } from '../../core/signature';
import { MAX_ROWS } from '../read-rows';

/** Which promoted version this is. */
export interface Promoted {
  readonly model: string;
  readonly version: number;
  /** Its number in the model's promotion log. */
  readonly seq: number;
  readonly promotedAt: string;
  readonly signature: Signature;
}

/** A run is cut into parts of about this long, so that other requests and signs of life come through. */
const PART_MS = 100;

/**
 * A loaded model version. Requests hold it while they run; a replaced one is released when the last of them has let go
 * (a session released under a waiting run kills that run).
 */
export class ServedModel {
  private holders = 0;
  private isRetired = false;

  private constructor(
    readonly promoted: Promoted,
    private readonly session: InferenceSession,
    /** Longest run of a full request, ms: of admission's probe, and as measured at load. */
    readonly slowestMs: number,
  ) {}

  /**
   * Loads a version from its bytes and runs it once over a full request. Both hold this process's event loop.
   *
   * @throws what ONNX Runtime raises on a broken model.
   */
  static async load(promoted: Promoted, bytes: Uint8Array): Promise<ServedModel> {
    const session = await InferenceSession.create(bytes, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // With the arena, and without the allocator settings of the supervisor, memory of replaced models is kept.
      enableCpuMemArena: false,
      logSeverityLevel: 3,
    });
    const missing = Array.from({ length: MAX_ROWS }, () => ({}));
    const started = performance.now();
    const loaded = new ServedModel(promoted, session, 0);
    await loaded.runPart(missing);
    const measured = performance.now() - started;
    return new ServedModel(promoted, session, Math.max(measured, promoted.signature.probe?.slowestMs ?? 0));
  }

  /** Keeps the session while `work` runs. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.holders++;
    try {
      return await work();
    } finally {
      this.holders--;
      await this.releaseIfDone();
    }
  }

  /** Lets go of the session as soon as nobody holds it. */
  async retire(): Promise<void> {
    this.isRetired = true;
    await this.releaseIfDone();
  }

  /** Probabilities of rows, in order; rounded to the nine digits that a 32-bit float has. */
  async run(rows: readonly Row[]): Promise<number[]> {
    const part = Math.max(1, Math.floor((PART_MS / Math.max(this.slowestMs, 1e-3)) * MAX_ROWS));
    const answers: number[] = [];
    for (let from = 0; from < rows.length; from += part)
      for (const p of await this.runPart(rows.slice(from, from + part))) answers.push(Number(p.toPrecision(9)));
    return answers;
  }

  private async runPart(rows: readonly Row[]): Promise<Float32Array> {
    const { inputs, output } = this.promoted.signature;
    const feeds = Object.fromEntries(inputs.map((column) => [column.name, tensorOf(column, rows)]));
    const data = (await this.session.run(feeds, [output]))[output]?.data;
    if (data instanceof Float32Array && data.length === rows.length && data.every((p) => p >= 0 && p <= 1)) return data;
    throw perennialError(
      'PER_SERVE_020',
      `${this.promoted.model} version ${this.promoted.version} answered no probabilities.`,
    );
  }

  private async releaseIfDone(): Promise<void> {
    if (!this.isRetired || this.holders > 0) return;
    this.isRetired = false;
    await this.session.release();
  }
}

function tensorOf(column: Column, rows: readonly Row[]): Tensor {
  const encoded = encodeColumn(column, rows);
  const dims = [rows.length, 1];
  if (encoded.type === 'float32') return new Tensor('float32', encoded.data, dims);
  if (encoded.type === 'int64') return new Tensor('int64', encoded.data, dims);
  return new Tensor('string', encoded.data, dims);
}
