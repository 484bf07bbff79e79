import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { adoptFolder, adoptLeftBehind, uploadClosed, type UploadTo } from '../../store/predictions/log';

/** What a {@link SegmentUploader} works with. */
export interface UploaderParts extends UploadTo {
  /** Root of the prediction log. */
  readonly root: string;
  /** Server ids of the live processes. */
  readonly live: () => readonly string[];
  readonly onUploaded: (rows: number) => void;
  readonly onError: (error: unknown) => void;
}

const SWEEP_MS = 30_000;
const RETRY_MS = 2_000;

/** Brings closed segments of all server processes, and those that dead ones left, into the artifact store, one at a time. */
export class SegmentUploader {
  private readonly dead = new Set<string>();
  private running: Promise<unknown> = Promise.resolve();
  private isQueued = false;
  private retry: NodeJS.Timeout | null = null;
  private readonly sweeping: NodeJS.Timeout;

  constructor(private readonly parts: UploaderParts) {
    this.sweeping = setInterval(() => void this.inTurn(() => this.sweep()).catch(parts.onError), SWEEP_MS);
  }

  /** Makes the log's root and adopts what processes that are gone left there. Failures are tried again. */
  async start(): Promise<void> {
    await mkdir(this.parts.root, { recursive: true });
    void this.inTurn(() => this.sweep()).catch(this.parts.onError);
  }

  /** A process has ended: its segments are uploaded, closed or not. */
  adopt(server: string): void {
    this.dead.add(server);
    this.kick();
  }

  /** Something is there to upload. */
  kick(): void {
    if (this.isQueued || this.retry) return;
    this.isQueued = true;
    this.uploadNow().catch((error: unknown) => {
      this.parts.onError(error);
      this.retry ??= setTimeout(() => {
        this.retry = null;
        this.kick();
      }, RETRY_MS);
    });
  }

  /** Uploads all that is closed or left behind, in its turn. @returns rows uploaded */
  uploadNow(): Promise<number> {
    return this.inTurn(async () => {
      this.isQueued = false;
      let rows = 0;
      for (const server of this.parts.live()) rows += await uploadClosed(this.parts, join(this.parts.root, server));
      for (const server of this.dead) {
        rows += await adoptFolder(this.parts, join(this.parts.root, server));
        this.dead.delete(server);
      }
      this.parts.onUploaded(rows);
      return rows;
    });
  }

  end(): void {
    clearInterval(this.sweeping);
    if (this.retry) clearTimeout(this.retry);
  }

  private async sweep(): Promise<void> {
    this.parts.onUploaded(await adoptLeftBehind(this.parts, this.parts.root));
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.running.then(work, work);
    this.running = turn.catch(() => undefined);
    return turn;
  }
}
