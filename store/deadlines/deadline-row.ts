/** A deadline of one day. Instants are ISO 8601, UTC. */
export interface DeadlineRow {
  readonly pipeline: string;
  /** The calendar day of its zone. */
  readonly day: string;
  readonly due: string;
  /** The deadline before it: what began since then counts. */
  readonly since: string;
  /** The partition that has to be done; null: its pipeline has none. */
  readonly partition: string | null;
  readonly state: 'waiting' | 'met' | 'missed';
  /** The run that did it, in time or late. */
  readonly run: string | null;
  /** Of a missed one: how it stood when it was due. */
  readonly reason: string | null;
  readonly judgedAt: string | null;
  /** Of a missed one: when it was done after all. */
  readonly resolvedAt: string | null;
}

/** The columns of a {@link DeadlineRow}. */
export const DEADLINE_COLUMNS = `pipeline, day, due_at AS due, since_at AS since, partition, state, run_id AS run, reason,
   judged_at AS "judgedAt", resolved_at AS "resolvedAt"`;
