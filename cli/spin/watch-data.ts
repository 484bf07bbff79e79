import { z } from 'zod';

/** Where the main thread of a spin keeps what the watching thread calls by the inspector: a key of `Symbol.for`. */
export const LET_GO = 'perennial.spin.let-go';

/** What the watching thread is given. */
export const WatchData = z.object({
  /** One number, counted up by the main thread for as long as it hears anything. */
  beats: z.instanceof(SharedArrayBuffer),
  /** ms; null: there is no limit. */
  timeout: z.number().nullable(),
});
export type WatchData = z.infer<typeof WatchData>;
