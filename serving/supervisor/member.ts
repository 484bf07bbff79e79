import { randomBytes } from 'node:crypto';
import cluster, { type Worker } from 'node:cluster';
import { type Beat, FromProcess, type FromSupervisor } from '../messages';
import { LOOK_EVERY_MS, processState, StallWatch } from './stall-watch';

/** A process may be silent for this long before its first sign of life, and while it loads a model. */
const PATIENCE_MS = 60_000;
const REPLY_WITHIN_MS = 15_000;

/** What a member reports to its supervisor. */
export interface MemberEvents {
  readonly onReady: () => void;
  readonly onSegmentClosed: () => void;
  readonly onAsk: (what: 'flush' | 'metrics' | 'status') => Promise<unknown>;
  readonly onStalled: (silentLimitMs: number) => void;
  readonly onExit: (how: string) => void;
}

/** One server process, as its supervisor sees it. */
export class Member {
  /** Server id, the name of its folder in the prediction log. */
  readonly server = `s${randomBytes(6).toString('hex')}`;
  readonly startedAt = performance.now();
  isReady = false;
  private readonly worker: Worker;
  private readonly watch: StallWatch;
  private readonly looking: NodeJS.Timeout;
  private readonly requests = new Map<number, (value: unknown) => void>();
  private counter = 0;
  private beat: Beat | null = null;
  private isOver = false;

  constructor(
    env: Readonly<Record<string, string>>,
    private readonly events: MemberEvents,
  ) {
    this.worker = cluster.fork({ ...env, PERENNIAL_SERVER_ID: this.server });
    this.watch = new StallWatch(performance.now(), () => processState(this.pid));
    this.worker.on('message', (raw: unknown) => {
      this.hear(raw);
    });
    this.worker.on('error', () => undefined);
    this.worker.once('exit', (code, signal) => {
      this.end(signal || `exit code ${code}`);
    });
    this.looking = setInterval(() => {
      this.look();
    }, LOOK_EVERY_MS);
  }

  get pid(): number | undefined {
    return this.worker.process.pid;
  }

  get versions(): Beat['versions'] {
    return this.beat?.versions ?? {};
  }

  /** Requests that it had not answered at its last sign of life. */
  get inFlight(): number {
    return this.beat?.inFlight ?? 0;
  }

  /** Asks the process something; null when it ends, or does not answer in time. */
  request(what: 'close-segments' | 'metrics', withinMs = REPLY_WITHIN_MS): Promise<unknown> {
    if (this.isOver) return Promise.resolve(null);
    const id = ++this.counter;
    return new Promise((done) => {
      const timer = setTimeout(() => {
        this.settle(id, null);
      }, withinMs);
      this.requests.set(id, (value) => {
        clearTimeout(timer);
        done(value);
      });
      this.tell({ type: 'request', id, what });
    });
  }

  /** Asks the process to answer what it has begun and to end. */
  stop(): void {
    this.tell({ type: 'end' });
  }

  kill(): void {
    this.worker.process.kill('SIGKILL');
  }

  private tell(message: FromSupervisor): void {
    if (this.worker.isConnected()) this.worker.send(message, () => undefined);
  }

  private hear(raw: unknown): void {
    const message = FromProcess.safeParse(raw).data;
    if (!message) return;
    this.watch.heard();
    if (message.type === 'beat') this.beat = message;
    else if (message.type === 'segment-closed') this.events.onSegmentClosed();
    else if (message.type === 'reply') this.settle(message.id, message.value);
    else if (message.type === 'ask') this.answer(message.id, message.what);
    else {
      this.isReady = true;
      this.events.onReady();
    }
  }

  private answer(id: number, what: 'flush' | 'metrics' | 'status'): void {
    this.events.onAsk(what).then(
      (value) => {
        this.tell({ type: 'answer', id, ok: true, value });
      },
      (error: unknown) => {
        this.tell({ type: 'answer', id, ok: false, value: String(error) });
      },
    );
  }

  private settle(id: number, value: unknown): void {
    this.requests.get(id)?.(value);
    this.requests.delete(id);
  }

  private look(): void {
    const limit = this.beat && !this.beat.isLoading ? this.beat.stallAfterMs : PATIENCE_MS;
    if (!this.watch.look(performance.now(), limit)) return;
    clearInterval(this.looking);
    this.events.onStalled(limit);
    this.kill();
  }

  private end(how: string): void {
    this.isOver = true;
    clearInterval(this.looking);
    for (const id of [...this.requests.keys()]) this.settle(id, null);
    this.events.onExit(how);
  }
}
