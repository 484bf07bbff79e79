import { setTimeout as sleep } from 'node:timers/promises';

/** How long code that ignores its abort signal is waited for, ms; then it is left to itself and cannot commit. */
const PATIENCE = 5_000;

/** The work's result; or, some time after an abort that it ignores, the abort's reason as an error. */
export async function untilAbandoned<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const settled = new AbortController();
  const patience = new Promise<never>((_, refuse) => {
    const wait = (): void => {
      sleep(PATIENCE, undefined, { signal: settled.signal }).then(
        () => {
          refuse(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
        },
        () => undefined,
      );
    };
    if (signal.aborted) wait();
    else signal.addEventListener('abort', wait, { once: true });
  });
  try {
    return await Promise.race([work, patience]);
  } finally {
    settled.abort();
  }
}
