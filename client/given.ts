import { z } from 'zod';
import type { GivenAnswer } from '../core/plan/approval';
import type { Json } from '../core/plan/json';

const JsonValue: z.ZodType<Json> = z.json();

/** An answer as a run took it, and as an approval's output keeps it. */
export const Given = z
  .object({
    approved: z.boolean(),
    by: z.string(),
    note: z.string().nullable(),
    at: z.string(),
    answer: JsonValue.optional(),
  })
  .transform(({ answer, ...given }): GivenAnswer => (answer === undefined ? given : { ...given, answer }));

/** The answer that an approval's output is; null: it is none. */
export function givenIn(output: Json): GivenAnswer | null {
  return Given.safeParse(output).data ?? null;
}
