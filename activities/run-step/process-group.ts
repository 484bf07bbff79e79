import type { ChildProcess } from 'node:child_process';

/** From SIGTERM to SIGKILL, ms. */
const GRACE = 2_000;

/**
 * Ends a child that leads a process group of its own, and all that it has started, when a signal aborts: SIGTERM, then
 * SIGKILL. What is left of the group when the child has ended is killed.
 *
 * @returns to be called when the child is no longer waited for
 */
export function endWith(child: ChildProcess, signal: AbortSignal): () => void {
  let grace: NodeJS.Timeout | undefined;
  const stop = (): void => {
    signalGroup(child, 'SIGTERM');
    // A child that computes does not see SIGTERM.
    grace = setTimeout(() => {
      signalGroup(child, 'SIGKILL');
    }, GRACE);
  };
  // What the child had started holds its pipes open and must not outlive it.
  child.once('exit', () => {
    signalGroup(child, 'SIGKILL');
  });
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return () => {
    signal.removeEventListener('abort', stop);
    clearTimeout(grace);
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}
