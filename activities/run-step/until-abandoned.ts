import type { Limit } from './limit';

/** How long code that ignores its abort signal is waited for, ms; then it is left to itself and cannot commit. */
const PATIENCE = 5_000;

/** When an execution is over, and why. */
type End = Pick<Limit, 'over' | 'whenOver'>;

/** The work's result; or, some time after an end that it ignores, the end's reason as an error. */
export async function untilAbandoned<T>(work: Promise<T>, end: End): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let isSettled = false;
  const patience = new Promise<never>((_, refuse) => {
    end.whenOver(() => {
      if (isSettled) return;
      timer = setTimeout(() => {
        const reason = end.over?.reason;
        refuse(reason instanceof Error ? reason : new Error('aborted'));
      }, PATIENCE);
    });
  });
  try {
    return await Promise.race([work, patience]);
  } finally {
    isSettled = true;
    clearTimeout(timer);
  }
}

/** The end that a signal tells of. */
export function endOf(signal: AbortSignal): End {
  return {
    get over() {
      const reason: unknown = signal.reason;
      return signal.aborted ? { reason } : null;
    },
    whenOver(call) {
      if (signal.aborted) call();
      else signal.addEventListener('abort', call, { once: true });
    },
  };
}
