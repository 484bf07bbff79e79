import type { Json } from '../plan/json';

/** Who acts on a run, and why. */
export interface Actor {
  /** From the API token, or the user of the operating system. */
  readonly by: string;
  readonly reason: string | null;
}

/** What a person does to a run that has not ended. `node` is an address. */
export type Intervention = Actor &
  (
    | { readonly action: 'pause' | 'resume' }
    /**
     * `grace`, ms: how long what runs may take to stop by itself, before it is no longer waited for. `hard`: not at all,
     * and final bodies do not run.
     */
    | { readonly action: 'cancel'; readonly grace: number; readonly hard: boolean }
    /** A node, or an item of a map like `per-seed[3]`. */
    | { readonly action: 'cancel-node'; readonly node: string }
    | { readonly action: 'retry-now'; readonly node: string }
    /** With the output of a step that is not executed; without one for a wait, which has its own. */
    | { readonly action: 'skip'; readonly node: string; readonly output?: Json }
  );

/** What a person may do. */
export type Action = Intervention['action'];

/** Answer of the Update `intervene`. */
export interface Intervened {
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Since when a run is held up, by whom and why. */
export interface Paused extends Actor {
  readonly at: string;
}

/** `cancelled by ana: the wrong table` */
export function saying(what: string, { by, reason }: Actor): string {
  return `${what} by ${by}${reason === null || reason === '' ? '' : `: ${reason}`}`;
}
