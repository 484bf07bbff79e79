import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { perennialError } from '../../../core/errors';
import { ChunkWorker } from './chunk-work';
import { COMMAND, CONTROL, type SharedState } from './shared';

const STALLED_MS = 600_000;

/**
 * The threads of one training: this one and `threads - 1` others over the same memory. Blocks its thread while a
 * command runs (Atomics.wait): use it only where nothing else has to be answered.
 */
export class Team {
  private readonly own: ChunkWorker;

  private constructor(
    private readonly state: SharedState,
    private readonly others: readonly Worker[],
  ) {
    this.own = new ChunkWorker(state);
  }

  /** Starts the other threads and waits until each is ready. No more are started than there are chunks. */
  static async start(state: SharedState, threads: number): Promise<Team> {
    const others = Array.from({ length: Math.min(threads, state.chunks) - 1 }, () => startThread(state));
    return new Team(state, await Promise.all(others));
  }

  /** Runs one command over all chunks and returns when each is done. */
  run(command: number, settings: readonly (readonly [place: number, value: number])[] = []): void {
    const { control } = this.state;
    for (const [place, value] of settings) control[place] = value;
    control[CONTROL.command] = command;
    Atomics.store(control, CONTROL.nextChunk, 0);
    Atomics.store(control, CONTROL.done, 0);
    Atomics.add(control, CONTROL.generation, 1);
    Atomics.notify(control, CONTROL.generation);
    this.own.takeChunks();
    this.awaitOthers();
  }

  /** Lets the threads end. */
  async stop(): Promise<void> {
    const { control } = this.state;
    control[CONTROL.command] = COMMAND.stop;
    Atomics.add(control, CONTROL.generation, 1);
    Atomics.notify(control, CONTROL.generation);
    await Promise.all(this.others.map((thread) => thread.terminate()));
  }

  private awaitOthers(): void {
    const { control } = this.state;
    for (;;) {
      const done = Atomics.load(control, CONTROL.done);
      if (done === this.others.length) break;
      if (Atomics.wait(control, CONTROL.done, done, STALLED_MS) === 'timed-out') {
        throw perennialError('PER_MODEL_009', `A training thread has not answered for ${STALLED_MS / 1000} s.`);
      }
    }
    if (control[CONTROL.failed] === 1) throw perennialError('PER_MODEL_009', 'A training thread failed.');
  }
}

async function startThread(state: SharedState): Promise<Worker> {
  const built = join(__dirname, 'thread.js');
  if (existsSync(built)) return whenReady(new Worker(built, { workerData: state }));
  // Run from the TypeScript sources (tests): the thread's few files are put together first.
  bundled ??= await bundle(join(__dirname, 'thread.ts'));
  return whenReady(new Worker(bundled, { eval: true, workerData: state }));
}

let bundled: string | undefined;
async function bundle(entry: string): Promise<string> {
  const { buildSync } = await import('esbuild');
  const built = buildSync({ entryPoints: [entry], bundle: true, write: false, platform: 'node', format: 'cjs' });
  return built.outputFiles.map((file) => file.text).join('');
}

function whenReady(thread: Worker): Promise<Worker> {
  return new Promise((resolve, reject) => {
    thread.once('message', () => {
      resolve(thread);
    });
    thread.once('error', (cause) => {
      reject(perennialError('PER_MODEL_009', 'A training thread did not start.', { cause }));
    });
  });
}
