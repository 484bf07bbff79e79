import type { Json } from '../../core';

/** Keeps an execution alive in Temporal's eyes, and carries its progress. */
export interface Beat {
  readonly progress: (value: Json) => void;
  readonly stop: () => void;
}

/** The heartbeat time-out of an execution, ms; null: it has none. Temporal says 0 where there is none. */
export function heartbeatLimit({
  heartbeatTimeoutMs = 0,
}: {
  readonly heartbeatTimeoutMs?: number | undefined;
}): number | null {
  return heartbeatTimeoutMs > 0 ? heartbeatTimeoutMs : null;
}

/**
 * Heartbeats by itself at a third of the limit, whatever the step's code does, with the newest progress.
 *
 * @param limit the heartbeat time-out, ms; null: the step has none and nothing is sent. Above 15 s it is sent oftener
 */
export function startBeat(limit: number | null, send: (details: Json) => void): Beat {
  if (limit === null) return { progress: () => undefined, stop: () => undefined };
  let newest: Json = null;
  const timer = setInterval(
    () => {
      send(newest);
    },
    Math.min(limit / 3, LONGEST),
  );
  timer.unref();
  return {
    progress(value) {
      newest = value;
      send(value);
    },
    stop() {
      clearInterval(timer);
    },
  };
}

/** Longest wait between heartbeats, ms: with one a step hears that it is cancelled. */
const LONGEST = 5_000;
