import { z } from 'zod';
import type { Plan } from '../../core';

const isPlan = z.custom<Plan>((value) => typeof value === 'object' && value !== null && 'format' in value, 'no plan');

/** A project as it is at one moment. */
export const Traced = z.object({
  /** Of the bundle. */
  digest: z.string(),
  /** By pipeline. */
  plans: z.record(z.string(), isPlan),
  /** By pool: a digest of what its workers run of the project. */
  pools: z.record(z.string(), z.string()),
});
export type Traced = z.infer<typeof Traced>;

/** What the process that traces is asked, and what it answers. */
export const Asked = z.object({ project: z.string(), state: z.string(), pools: z.array(z.string()) });
export type Asked = z.infer<typeof Asked>;
export const Answer = z.union([
  z.object({ traced: Traced }),
  z.object({ code: z.string().nullable(), detail: z.string() }),
]);
export type Answer = z.infer<typeof Answer>;
