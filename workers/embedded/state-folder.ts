import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { recordedHome } from './postgres-home';

/**
 * What a stack makes in its state folder. Nothing else is ever removed from it: someone may name a folder of their own by
 * --state, and it must survive.
 */
const DATA = [
  'temporal',
  'postgres',
  'artifacts',
  'predictions',
  'previews',
  'build',
  'secrets.json',
  'stack.json',
  'processes.json',
];
/** Survives --fresh: the lock, where Postgres lives, what was downloaded or unpacked. */
const REST = ['lock.json', '.guard', 'postgres.json', 'postgres-bin', 'cache', 'logs'];

/** Drops the data of earlier stacks and their logs, but for the log that is being written. */
export function clearState(state: string): void {
  for (const name of DATA) rmSync(join(state, name), { recursive: true, force: true });
  for (const name of readdirSync(join(state, 'logs'))) {
    if (name.endsWith('.log') && name !== 'supervisor.log') rmSync(join(state, 'logs', name), { force: true });
  }
}

/** What a purge found: a folder that is gone now, one that stays for what others keep in it, or nothing of a stack. */
export type Purged = 'removed' | 'emptied' | 'nothing';

/** Removes everything a stack made, and the place outside of the folder where root's Postgres lives. End the stack first. */
export function purgeState(folder: string): Purged {
  const state = resolve(folder);
  const home = recordedHome(state);
  if (home !== null) rmSync(home, { recursive: true, force: true });
  const made = [...DATA, ...REST].map((name) => join(state, name)).filter((path) => existsSync(path));
  for (const path of made) rmSync(path, { recursive: true, force: true });
  try {
    rmdirSync(state);
    return 'removed';
  } catch {
    // It holds something that is not ours, or never was.
    return made.length > 0 ? 'emptied' : 'nothing';
  }
}
