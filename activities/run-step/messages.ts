import { z } from 'zod';
import { Failure } from './failure';
import { JsonValue } from './json-value';

/** What the worker tells the child process of an isolated step: once, at its start. */
export const ToChild = z.object({
  type: z.literal('run'),
  step: z.string(),
  pool: z.string(),
  /** The project's bundle that has the step's code; null: the engine's own steps. */
  bundle: z.string().nullable(),
  input: JsonValue,
  run: z.string(),
  address: z.string(),
  fence: z.number(),
  /** The device that is the execution's own. */
  device: z.string().nullable().default(null),
  never: z.array(z.string()),
  /** The resources that the step needs, by name, as the worker was given them. Nowhere but in this message. */
  resources: z.record(z.string(), JsonValue).optional(),
});
export type ToChild = z.infer<typeof ToChild>;

const Usage = z.object({ cpuMs: z.number(), peakRss: z.number() });

/** What the child process tells the worker. `done` or `failed` is its last word. */
export const FromChild = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), value: JsonValue }),
  z.object({
    type: z.literal('log'),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    fields: z.record(z.string(), JsonValue),
    message: z.string(),
  }),
  z.object({ type: z.literal('done'), output: JsonValue, usage: Usage.nullable() }),
  z.object({ type: z.literal('failed'), failure: Failure, usage: Usage.nullable() }),
]);
export type FromChild = z.infer<typeof FromChild>;
