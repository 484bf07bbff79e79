import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { StepArgument } from '../../core/interpret/activity';
import { JsonValue } from './json-value';

const Override = z.object({
  timeout: z.number().exactOptional(),
  retry: z
    .object({
      attempts: z.number(),
      firstDelay: z.number(),
      factor: z.number(),
      maxDelay: z.number(),
      never: z.array(z.string()),
    })
    .exactOptional(),
  cache: z.boolean().exactOptional(),
});

const Argument: z.ZodType<StepArgument> = z.object({
  run: z.string().min(1),
  address: z.string().min(1),
  node: z.string().min(1),
  step: z.string().min(1),
  plan: z.string().min(1),
  input: JsonValue,
  cache: z.boolean(),
  model: z.string().nullable(),
  build: z.string().exactOptional(),
  override: Override.exactOptional(),
  handWritten: z.literal(true).exactOptional(),
});

/**
 * What the workflow handed to a step's activity.
 *
 * @throws PER_RUN_020 naming the fields that are wrong
 */
export function parseArgument(value: unknown): StepArgument {
  const parsed = Argument.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw perennialError('PER_RUN_020', `A step was called with a wrong ${fields}.`, { cause: parsed.error });
}
