import { writeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { workerData } from 'node:worker_threads';
import { LET_GO, WatchData } from './watch-data';

// A thread beside a spin. A step that computes without a pause keeps the main thread from hearing Ctrl-C, and from its own
// timer. This thread sees that it is silent, and reaches it by the inspector, which interrupts whatever JavaScript runs.

const { beats: shared, timeout } = WatchData.parse(workerData);
const beats = new Int32Array(shared);
/** How often the main thread is looked at, ms; it is silent when it has not been heard in between. */
const EVERY = 500;
/** How long it may be silent after the limit, ms, though it was interrupted: native code cannot be. */
const LAST = 5_000;

const end = timeout === null ? Infinity : performance.now() + timeout;
let heard = -1;
let silentSince: number | null = null;

setInterval(() => {
  const now = performance.now();
  const count = Atomics.load(beats, 0);
  if (count !== heard) {
    heard = count;
    silentSince = null;
    return;
  }
  silentSince ??= now;
  // From here on, a signal does what it does to a process that does not listen.
  tell('Runtime.evaluate', { expression: `globalThis[Symbol.for('${LET_GO}')]?.()` });
  if (now < end + EVERY) return;
  tell('Runtime.terminateExecution', {});
  if (now - Math.max(silentSince, end) > LAST) endProcess();
}, EVERY);

function tell(method: string, parameters: object): void {
  const session = new Session();
  session.connectToMainThread();
  session.post(method, parameters, () => {
    session.disconnect();
  });
}

/** Not even the interruption was heard. */
function endProcess(): void {
  writeSync(2, 'The step took more time than --timeout gives it, and cannot be interrupted: the process is ended.\n');
  process.kill(process.pid, 'SIGKILL');
}
