import { parentPort, workerData } from 'node:worker_threads';
import { ChunkWorker } from './chunk-work';
import { COMMAND, CONTROL, type SharedState } from './shared';

/** Serves commands until told to stop. The coordinator raises the generation, and waits until every thread is done. */
function serve(state: SharedState): void {
  const { control } = state;
  const worker = new ChunkWorker(state);
  parentPort?.postMessage('ready');
  for (let seen = 0; ; seen++) {
    // A wake-up alone is no command: the notify of the last one comes late when the coordinator was held up before it.
    while (Atomics.load(control, CONTROL.generation) === seen) Atomics.wait(control, CONTROL.generation, seen);
    if (control[CONTROL.command] === COMMAND.stop) return;
    try {
      worker.takeChunks();
    } catch {
      Atomics.store(control, CONTROL.failed, 1);
    }
    Atomics.add(control, CONTROL.done, 1);
    Atomics.notify(control, CONTROL.done);
  }
}

/** Only the coordinator starts this file, and what it hands over was typed there: one look tells a wrong start. */
function isSharedState(value: unknown): value is SharedState {
  return typeof value === 'object' && value !== null && 'control' in value && 'places' in value;
}

const given: unknown = workerData;
if (!isSharedState(given)) throw new TypeError('a training thread is started with the shared state of a training');
serve(given);
