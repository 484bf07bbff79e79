import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { perennialError } from '../../core/errors';
import { LET_GO, type WatchData } from './watch-data';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** How often the main thread says that it hears signals and timers, ms. */
const BEAT = 100;

/**
 * Aborts at Ctrl-C, a second one ends the process at once; and when the time is up. Both also where the step computes
 * without a pause: a thread of its own sees to it.
 */
export function limitOf(step: string, timeout: number | undefined): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const { signal } = controller;
  const interrupt = (): void => {
    letGo();
    controller.abort(new Error('the spin was interrupted'));
  };
  const letGo = (): void => {
    for (const name of SIGNALS) process.off(name, interrupt);
  };
  const listen = (): void => {
    letGo();
    for (const name of SIGNALS) process.on(name, interrupt);
  };
  const tooLong = (): void => {
    controller.abort(
      perennialError('PER_RUN_019', `The step '${step}' took more than ${String(timeout)} ms (--timeout).`),
    );
  };
  const timer = timeout === undefined ? undefined : setTimeout(tooLong, timeout);
  const data: WatchData = { beats: new SharedArrayBuffer(4), timeout: timeout ?? null };
  const beats = new Int32Array(data.beats);
  const beat = setInterval(() => {
    Atomics.add(beats, 0, 1);
    // It had fallen silent, and is back.
    if (!signal.aborted && !process.listeners('SIGINT').includes(interrupt)) listen();
  }, BEAT);
  listen();
  Reflect.set(globalThis, Symbol.for(LET_GO), letGo);
  const watch = new Worker(join(__dirname, 'watch-main.js'), { workerData: data });
  return {
    signal,
    stop() {
      clearTimeout(timer);
      clearInterval(beat);
      letGo();
      Reflect.deleteProperty(globalThis, Symbol.for(LET_GO));
      void watch.terminate();
    },
  };
}
