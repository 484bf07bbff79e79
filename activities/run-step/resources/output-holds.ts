import type { Json } from '../../../core';
import { perennialError } from '../../../core/errors';
import type { Mask } from './mask';

/**
 * Why an output may not be kept: it holds the value of a resource, and would carry it into records and histories. It is
 * refused and not masked: what reads it would work with a wrong value. Null: nothing is wrong.
 */
export function outputHolds(mask: Mask, step: string, output: Json): Error | null {
  const held = mask.find(output);
  if (held === null) return null;
  const field = held.field === '' ? '' : `the field '${held.field}' of `;
  return perennialError(
    'PER_RUN_064',
    `The output of the step '${step}' holds ${field}the resource '${held.resource}'.`,
  );
}
