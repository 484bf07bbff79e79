/** A number of places, and a queue before them. */
export interface Turns {
  /**
   * Resolves when a place is free, in the order of asking, with the function that gives it back (again and again: once).
   * Rejects with the signal's reason when it aborts first; the place then goes to the next.
   */
  take(signal: AbortSignal): Promise<() => void>;
}

/** @param places how many may hold a turn at once, from 1 */
export function createTurns(places: number): Turns {
  let free = places;
  const waiting = new Set<() => void>();

  function grant(): () => void {
    free -= 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      free += 1;
      const [next] = waiting;
      next?.();
    };
  }

  return {
    take(signal) {
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          waiting.delete(enter);
          signal.removeEventListener('abort', refuse);
        };
        const enter = (): void => {
          leave();
          resolve(grant());
        };
        const refuse = (): void => {
          leave();
          reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
        };
        if (signal.aborted) refuse();
        else if (free > 0) enter();
        else {
          waiting.add(enter);
          signal.addEventListener('abort', refuse, { once: true });
        }
      });
    },
  };
}
