import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Ending of a segment that may still grow, and of one that is complete. */
export const OPEN_ENDING = '.open.ndjson';
export const CLOSED_ENDING = '.closed.ndjson';

/** The most that an answered prediction may lie unforced to disk, while the disk keeps up. */
export const SYNC_EVERY_MS = 200;

interface Waiting {
  readonly text: string;
  readonly done: (isWritten: boolean) => void;
}

/**
 * One growing file of the prediction log. Appends that come while a write is under way are written together. An append
 * is answered when its bytes are with the operating system, so that killing this process loses none; a sync to disk
 * starts at least every 200 ms, and while one takes longer than that, answers wait for it.
 */
export class Segment {
  readonly id: string;
  /** Rows given a place in it. */
  rows = 0;
  private waiting: Waiting[] = [];
  private work: Promise<void> | null = null;
  private handle: FileHandle | null = null;
  private written = 0;
  private timer: NodeJS.Timeout | null = null;
  private syncing: { readonly since: number; readonly done: Promise<void> } | null = null;
  private failure: unknown = null;

  constructor(
    private readonly folder: string,
    server: string,
    counter: number,
    readonly model: string,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.id = `${server}-${counter}-${randomBytes(6).toString('hex')}`;
  }

  /** Appends whole lines. Resolves to false when they could not be written. */
  append(text: string): Promise<boolean> {
    return new Promise((done) => {
      this.waiting.push({ text, done });
      this.work ??= this.writeAll();
    });
  }

  /**
   * Ends the segment: everything appended is on disk, under the name of a closed segment.
   *
   * @returns the file's path; null when nothing was ever written to it.
   */
  async close(): Promise<string | null> {
    while (this.work !== null) await this.work;
    if (this.timer) clearTimeout(this.timer);
    await this.syncing?.done;
    if (!this.handle) return null;
    if (!this.hasFailed()) await this.startSync();
    await this.handle.close().catch(() => undefined);
    const path = join(this.folder, this.id + OPEN_ENDING);
    if (this.written === 0) {
      await rm(path, { force: true }).catch(() => undefined);
      return null;
    }
    const closed = join(this.folder, this.id + CLOSED_ENDING);
    await rename(path, closed);
    return closed;
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      const isWritten = await this.write(batch.map((w) => w.text).join(''));
      for (const { done } of batch) done(isWritten);
    }
    this.work = null;
  }

  private async write(text: string): Promise<boolean> {
    if (this.hasFailed()) return false;
    try {
      this.handle ??= await open(join(this.folder, this.id + OPEN_ENDING), 'ax', 0o640);
      await this.handle.appendFile(text);
      this.written += text.length;
      this.timer ??= setTimeout(() => void this.startSync(), SYNC_EVERY_MS);
      if (this.syncing && performance.now() - this.syncing.since >= SYNC_EVERY_MS) await this.syncing.done;
    } catch (error) {
      this.fail(error);
    }
    return !this.hasFailed();
  }

  private startSync(): Promise<void> {
    this.timer = null;
    if (this.syncing) return this.syncing.done.then(() => this.startSync());
    const done = (async () => {
      try {
        await this.handle?.sync();
      } catch (error) {
        this.fail(error);
      }
      this.syncing = null;
    })();
    this.syncing = { since: performance.now(), done };
    return done;
  }

  private hasFailed(): boolean {
    return this.failure !== null;
  }

  /** After a failed write the file may end in half a line; nothing is appended to it again. */
  private fail(error: unknown): void {
    this.failure = error;
    this.onFailure(error);
  }
}
