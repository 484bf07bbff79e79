import { perennialError } from '../errors';
import { whyNotStorable } from '../plan/storable';

/**
 * Refuses evidence that the records cannot keep, before anything of the cause is written.
 *
 * @param model the model's name
 * @throws PER_KEEP_007 saying what about it cannot be kept
 */
export function checkEvidence(model: string, evidence: unknown): void {
  const why = whyNotStorable(evidence);
  if (why === null) return;
  throw perennialError('PER_KEEP_007', `The cause for ${model} was refused: its evidence ${why}.`);
}
