import type { PoolClient } from 'pg';
import type { Json } from '../../core/plan/json';
import { columnsOf } from '../columns-of';
import { addOutboxRow } from '../outbox/add-outbox-row';
import type { TriggeredPayload } from '../triggers/triggered-payload';
import type { SensorKey } from './sensor-row';

/** Something that a sensor has seen, and what is to be done about it. */
export interface Seen {
  /** What names it: seen again it is nothing new. */
  readonly event: string;
  readonly payload: Json;
  /** SHA-256 of the bytes that it was sent as, where it was sent. */
  readonly sent?: string;
  /** The run that it starts, or why it starts none. */
  readonly starts: TriggeredPayload | { readonly refused: string };
}

/**
 * Writes down what a sensor has seen, and the runs that it starts, in the caller's transaction. What was seen before is let be.
 *
 * @returns the ids of what is new
 */
export async function recordSeen(
  tx: PoolClient,
  { pipeline, sensor }: SensorKey,
  seen: readonly Seen[],
): Promise<ReadonlySet<string>> {
  if (seen.length === 0) return new Set();
  const values = seen.map(({ event, payload, sent = null, starts }) =>
    'refused' in starts
      ? [event, JSON.stringify(payload), null, starts.refused, sent]
      : [event, JSON.stringify(payload), starts.run, null, sent],
  );
  const { rows } = await tx.query<{ event: string }>(
    `INSERT INTO sensor_events (pipeline, sensor, event, payload, run_id, error, sent)
     SELECT $1, $2, event, payload, run, error, sent
     FROM unnest($3::text[], $4::jsonb[], $5::text[], $6::text[], $7::text[]) AS seen (event, payload, run, error, sent)
     ON CONFLICT DO NOTHING RETURNING event`,
    [pipeline, sensor, ...columnsOf(values)],
  );
  const fresh = new Set(rows.map(({ event }) => event));
  for (const { event, starts } of seen) {
    if (!fresh.has(event) || 'refused' in starts) continue;
    await addOutboxRow(tx, { id: `sensor:${pipeline}:${sensor}:${event}`, kind: 'sensor', payload: starts });
  }
  return fresh;
}
