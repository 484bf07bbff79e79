import { z } from 'zod';
import { perennialError } from '../errors';
import type { Duration } from '../plan/duration';
import { lengthOf, UNITS } from '../plan/time';

/** For how long records are kept: a length of time, a day at least, or for ever. */
export type KeepFor = Duration | 'forever';

/** For how long the engine keeps what it writes of runs and models. What is still pointed at is kept longer (docs/OPERATIONS.md). */
export interface Retention {
  /** Executions of runs that have ended, from then on. Default `365d`. */
  readonly executions?: KeepFor;
  /** What steps have logged. Default `30d`. */
  readonly logs?: KeepFor;
  /** Answered predictions and their labels, from when they were recorded. Default `730d`. */
  readonly predictions?: KeepFor;
  /** What sensors have seen, and rows of the outbox that were dispatched: as long an event that comes again is known. Default `365d`. */
  readonly events?: KeepFor;
  /** Artifacts of runs that have ended, and of outputs in the cache, where `perennial data gc` is called. Default `365d`. */
  readonly artifacts?: KeepFor;
}

/** The same in ms; null: for ever. */
export type KeptFor = { readonly [K in keyof Retention]-?: number | null };

const kept = (otherwise: KeepFor) =>
  z
    .union([z.literal('forever'), z.string(), z.number()])
    .default(otherwise)
    .transform((given, context) => {
      if (given === 'forever') return null;
      const ms = lengthOf(given);
      if (ms !== null && Number.isSafeInteger(ms) && ms >= UNITS.d) return ms;
      context.addIssue({ code: 'custom', message: `${JSON.stringify(given)} is no length of a day at least` });
      return z.NEVER;
    });

const Given = z.strictObject({
  executions: kept('365d'),
  logs: kept('30d'),
  predictions: kept('730d'),
  events: kept('365d'),
  artifacts: kept('365d'),
});

/**
 * Reads what a project says of retention; what it does not say is as by default.
 *
 * @throws PER_STACK_080
 */
export function readRetention(given: unknown): KeptFor {
  const parsed = Given.safeParse(given ?? {});
  if (parsed.success) return parsed.data;
  const said = parsed.error.issues.map(({ path, message }) => [...path.map(String), message].join(': '));
  throw perennialError('PER_STACK_080', `retention of perennial.config.ts: ${said.join('; ')}.`);
}
