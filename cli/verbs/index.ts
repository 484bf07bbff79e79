import type { Command } from 'commander';

/** Adds a verb to the program. */
export type Register = (program: Command) => void;

/** The verbs, in the order that --help shows. */
export const VERBS: readonly Register[] = [];
