import type { Mask } from './resources';

/** How much of what a process says last on stderr goes into its error, characters. */
const KEPT = 1_000;

/** The end of what a process says on stderr, for its error. */
export interface LastWords {
  add(line: string): void;
  /** Without the values of resources, which are looked for before anything is cut: half a secret would not be known for one. */
  said(): string;
}

/** Keeps no more of what is said than it takes. */
export function keepLastWords(mask: Mask): LastWords {
  let words = '';
  return {
    add(line) {
      words = `${words}${mask.text(line)}\n`.slice(-(KEPT + mask.reach));
    },
    // Masked once more: a text of several short lines is known only where they stand together.
    said: () => mask.text(words).slice(-KEPT).trim(),
  };
}
