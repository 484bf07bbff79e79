import type { Cause } from './event';

const BY_MONITORS: ReadonlySet<Cause['kind']> = new Set(['drift', 'accuracy', 'business']);

/**
 * The verdict that a cause carries; null when no monitor reported it. Monitors report alarms alone: a window that was
 * judged `ok` is in the records and gives no cause.
 */
export function verdictOf(cause: Cause): 'alarm' | null {
  return BY_MONITORS.has(cause.kind) ? 'alarm' : null;
}
