import { canonicalJson, jsonOf } from './json';
import type { Plan } from './plan';
import { sha256 } from './sha256';

/** The name of a plan: SHA-256 (hex) of its canonical JSON. */
export function planHash(plan: Plan): string {
  return sha256(canonicalJson(jsonOf(plan)));
}
