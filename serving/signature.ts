import { z } from 'zod';
import { perennialError } from '../core/errors';
import type { Signature } from '../core/signature';

const Stored = z
  .object({
    inputs: z
      .array(z.object({ name: z.string().min(1), type: z.enum(['number', 'text', 'timestamp']) }))
      .min(1)
      .refine((inputs) => new Set(inputs.map((i) => i.name)).size === inputs.length, 'two inputs have the same name'),
    output: z.literal('probability'),
    eventTime: z.string().min(1).optional(),
    probe: z.object({ loadMs: z.number(), rowMs: z.number(), slowestMs: z.number() }).optional(),
  })
  .refine(
    (s) => s.inputs.every((i) => i.name !== s.eventTime || i.type === 'timestamp'),
    'the event time must be a timestamp',
  );

/**
 * Reads the signature stored with a model version.
 *
 * @throws PER_SERVE_022 naming what is wrong with it.
 */
export function readSignature(stored: unknown): Signature {
  const parsed = Stored.safeParse(stored);
  if (parsed.success) return parsed.data;
  throw perennialError('PER_SERVE_022', `${z.prettifyError(parsed.error)}.`);
}
