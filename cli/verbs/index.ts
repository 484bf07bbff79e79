import type { Command } from 'commander';
import { registerConfig } from './config';
import { registerDown } from './down';
import { registerMigrate } from './migrate';
import { registerUp } from './up';

/** Adds a verb to the program. */
export type Register = (program: Command) => void;

/** The verbs, in the order that --help shows. */
export const VERBS: readonly Register[] = [registerUp, registerDown, registerMigrate, registerConfig];
