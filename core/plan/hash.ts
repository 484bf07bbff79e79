import { canonicalJson, type Json } from './json';
import type { Plan } from './plan';
import { sha256 } from './sha256';

/** The name of a plan: SHA-256 (hex) of its canonical JSON. */
export function planHash(plan: Plan): string {
  return sha256(canonicalJson(asJson(plan)));
}

/** A plan as the JSON that it is: its read-only types say more than {@link Json} does. */
function asJson(plan: Plan): Json {
  return JSON.parse(JSON.stringify(plan));
}
