import { z } from 'zod';
import { CommonOptions } from '../frame';

/** What `perennial demo` may be told. */
export const DemoOptions = CommonOptions.extend({
  keep: z.boolean().default(false),
  useServer: z.boolean().default(false),
  rows: z.coerce.number().int().min(1_000).max(100_000).default(5_000),
  seed: z.coerce.number().int().default(2001),
});
export type DemoOptions = z.infer<typeof DemoOptions>;
