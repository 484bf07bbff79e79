import { z } from 'zod';

/** A sign of life of a server process, sent ten times a second and when it becomes busy. */
const Beat = z.object({
  type: z.literal('beat'),
  /** Requests that it has not answered yet. */
  inFlight: z.int(),
  /** It is loading a model, which holds its event loop for longer than a request may. */
  isLoading: z.boolean(),
  /** Silence above this means that it has stalled, ms. */
  stallAfterMs: z.number(),
  /** Versions that it serves, by model. */
  versions: z.record(z.string(), z.int()),
});
export type Beat = z.infer<typeof Beat>;

/** What a server process tells or asks its supervisor. */
export const FromProcess = z.discriminatedUnion('type', [
  Beat,
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('segment-closed') }),
  z.object({ type: z.literal('ask'), id: z.int(), what: z.enum(['flush', 'metrics', 'status']) }),
  z.object({ type: z.literal('reply'), id: z.int(), value: z.unknown() }),
]);
export type FromProcess = z.infer<typeof FromProcess>;

/** What a supervisor tells or asks a server process. */
export const FromSupervisor = z.discriminatedUnion('type', [
  z.object({ type: z.literal('answer'), id: z.int(), ok: z.boolean(), value: z.unknown() }),
  z.object({ type: z.literal('request'), id: z.int(), what: z.enum(['close-segments', 'metrics']) }),
  z.object({ type: z.literal('end') }),
]);
export type FromSupervisor = z.infer<typeof FromSupervisor>;

/** What each server process does now. */
export const Status = z.array(z.object({ pid: z.int(), versions: z.record(z.string(), z.int()) }));
export type Status = z.infer<typeof Status>;

/** What a flush brought into the artifact store. */
export const Flushed = z.object({ rows: z.int() });
export type Flushed = z.infer<typeof Flushed>;
