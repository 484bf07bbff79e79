import type { Cause } from './event';

/**
 * The id of the decision on a cause: `20010408-drift-5f1c09aa3e`. Derived from the model and the cause alone, so the same
 * cause is decided once however often it is delivered, and a retrain's run id says what it is about.
 */
export function decisionId(model: string, cause: Cause): string {
  return `${cause.eventTime.slice(0, 10).replaceAll('-', '')}-${cause.kind}-${shortDigest(`${model}\n${cause.id}`)}`;
}

/** The id of the decision that closes a retrain: promoted or declined, once. */
export function outcomeId(retrain: string): string {
  return `${retrain}-outcome`;
}

/** The id of the decision on a version that nobody waits for. It names the event, so that its repetition is known by it. */
export function unexpectedId(event: {
  readonly type: 'candidate' | 'declined';
  readonly decisionId: string;
  readonly version: number;
}): string {
  return `${event.decisionId}-unexpected-${event.type}-v${event.version}`;
}

/** The hand-over that a decision's id names, as the keeper remembers it; null when the id is of another form. */
export function unexpectedEvent(id: string): string | null {
  const [, retrain, type] = /^(.*)-unexpected-(candidate|declined)-v\d+$/s.exec(id) ?? [];
  return retrain === undefined || type === undefined ? null : `${type}:${retrain}`;
}

/** The run of a retrain: Temporal's Workflow ID. */
export function retrainRunId(model: string, decision: string): string {
  return `${model}-retrain-${decision}`;
}

const MASK = (1n << 64n) - 1n;

/**
 * 40 bits of FNV-1a (64 bit, over UTF-16 units), in hex. Not cryptographic: it tells one model's causes of one day apart.
 * Source: Fowler, Noll, Vo, draft-eastlake-fnv.
 */
function shortDigest(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i += 1) {
    hash = ((hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n) & MASK;
  }
  // FNV's low bits mix worst: fold the halves before cutting.
  return ((hash ^ (hash >> 29n)) & ((1n << 40n) - 1n)).toString(16).padStart(10, '0');
}
