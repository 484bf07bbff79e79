import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PredictionLine } from '../prediction-line';
import { Segment } from './segment';

/** A prediction that is about to be answered. */
export type Prediction = Omit<PredictionLine, 'id' | 'at' | 'model'>;

/** Settings of a {@link PredictionLog}. */
export interface LogOptions {
  /** This process's own folder; made when it is missing. */
  readonly folder: string;
  /** Server id: the first part of every segment's id. */
  readonly server: string;
  /** Rows after which a segment is closed. */
  readonly maxRows: number;
  /** A segment with rows is closed after this long without new ones, ms. */
  readonly idleMs: number;
  /** Told of each closed segment's file. */
  readonly onClosed: (path: string) => void;
  readonly onError: (error: unknown) => void;
}

interface Open {
  readonly segment: Segment;
  readonly idle: NodeJS.Timeout;
}

/** How often an unwritable log is tried again. */
const RETRY_MS = 1_000;

/**
 * The log of answered predictions of one process: NDJSON segments, one model each, which a single uploader takes over
 * once they are closed.
 */
export class PredictionLog {
  private readonly open = new Map<string, Open>();
  private readonly closing = new Set<Promise<void>>();
  private counter = 0;
  private broken: NodeJS.Timeout | null = null;

  constructor(private readonly options: LogOptions) {}

  /** False while the folder cannot be written to; it is tried again every second. */
  get isWritable(): boolean {
    return this.broken === null;
  }

  /** Makes the folder. */
  async start(): Promise<void> {
    await mkdir(this.options.folder, { recursive: true });
  }

  /**
   * Logs predictions and gives each its id. Resolves when they are written (not synced); `logged` is false when they
   * could not be.
   */
  async append(
    model: string,
    predictions: readonly Prediction[],
  ): Promise<{ readonly ids: string[]; readonly logged: boolean }> {
    const at = new Date().toISOString();
    const ids: string[] = [];
    const writes: Promise<boolean>[] = [];
    for (let from = 0; from < predictions.length;) {
      const segment = this.segmentFor(model);
      const part = predictions.slice(from, from + this.options.maxRows - segment.rows);
      const lines = part.map((prediction) => {
        const id = `${segment.id}.${segment.rows++}`;
        ids.push(id);
        return `${JSON.stringify({ id, at, model, ...prediction } satisfies PredictionLine)}\n`;
      });
      writes.push(this.isWritable ? segment.append(lines.join('')) : Promise.resolve(false));
      if (segment.rows >= this.options.maxRows) this.close(model);
      from += part.length;
    }
    const written = await Promise.all(writes);
    return { ids, logged: written.every(Boolean) };
  }

  /** Closes every segment; resolves when their files are complete. */
  async closeAll(): Promise<void> {
    for (const model of [...this.open.keys()]) this.close(model);
    await Promise.all(this.closing);
  }

  /** Closes every segment and stops. */
  async end(): Promise<void> {
    await this.closeAll();
    if (this.broken) clearInterval(this.broken);
  }

  private segmentFor(model: string): Segment {
    const found = this.open.get(model);
    if (found) {
      found.idle.refresh();
      return found.segment;
    }
    const { folder, server, idleMs } = this.options;
    const segment = new Segment(folder, server, ++this.counter, model, (error) => {
      this.breakOff(model, segment, error);
    });
    const idle = setTimeout(() => {
      this.close(model);
    }, idleMs);
    this.open.set(model, { segment, idle });
    return segment;
  }

  private close(model: string): void {
    const found = this.open.get(model);
    if (!found) return;
    clearTimeout(found.idle);
    this.open.delete(model);
    const work = found.segment
      .close()
      .then((path) => {
        if (path !== null) this.options.onClosed(path);
      })
      .catch((error: unknown) => {
        this.breakOff(model, found.segment, error);
      })
      .finally(() => this.closing.delete(work));
    this.closing.add(work);
  }

  private breakOff(model: string, segment: Segment, error: unknown): void {
    this.options.onError(error);
    if (this.open.get(model)?.segment === segment) this.close(model);
    this.broken ??= setInterval(() => void this.tryAgain(), RETRY_MS);
  }

  private async tryAgain(): Promise<void> {
    const path = join(this.options.folder, 'writable.try');
    try {
      await mkdir(this.options.folder, { recursive: true });
      const file = await open(path, 'w');
      try {
        await file.writeFile('x'.repeat(4_096));
        await file.sync();
      } finally {
        await file.close();
      }
      await rm(path, { force: true });
      if (this.broken) clearInterval(this.broken);
      this.broken = null;
    } catch (error) {
      this.options.onError(error);
    }
  }
}
