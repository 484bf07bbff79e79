import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '../../core/plan/json';

/** SHA-256 in hex of a value's canonical JSON: what cache keys are made of. */
export function jsonDigest(value: Json): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
