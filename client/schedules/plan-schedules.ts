import type { ScheduleFacts } from './facts';
import type { FoundSchedule } from './found';
import type { Owner, WantedSchedule } from './wanted';

/** One thing that differs; null: there is none on that side. */
export interface FieldDifference {
  readonly field: keyof ScheduleFacts;
  readonly from: string | number | null;
  readonly to: string | number | null;
}

/** What is to be done about one schedule, that Temporal's equal the code's. */
export interface ScheduleChange {
  readonly schedule: string;
  readonly owner: Owner;
  /** `taken`: somebody else's schedule has the id; it is left alone. */
  readonly change: 'create' | 'update' | 'delete' | 'none' | 'taken';
  readonly differences: readonly FieldDifference[];
  /** It is paused, which is the operator's to say and stays. */
  readonly paused: { readonly note: string } | null;
}

const FIELDS = ['cron', 'timezone', 'overlap', 'jitter', 'catchup', 'starts', 'besides'] as const;

/**
 * How Temporal's schedules come to equal the code's. Those that Perennial did not make are never changed or deleted.
 *
 * @returns by id
 */
export function planSchedules(wanted: readonly WantedSchedule[], found: readonly FoundSchedule[]): ScheduleChange[] {
  const changes = wanted.map((one) =>
    planOne(
      one,
      found.find(({ id }) => id === one.id),
    ),
  );
  const gone = found.flatMap(({ id, owner, facts, paused }): ScheduleChange[] =>
    owner === null || wanted.some((one) => one.id === id)
      ? []
      : [{ schedule: id, owner, change: 'delete', differences: differencesOf(facts, null), paused }],
  );
  return [...changes, ...gone].sort((a, b) => (a.schedule < b.schedule ? -1 : 1));
}

function planOne({ id: schedule, owner, facts }: WantedSchedule, found: FoundSchedule | undefined): ScheduleChange {
  if (!found) return { schedule, owner, change: 'create', differences: differencesOf(null, facts), paused: null };
  const { paused } = found;
  if (found.owner === null) return { schedule, owner, change: 'taken', differences: [], paused };
  const differences = differencesOf(found.facts, facts);
  return { schedule, owner, change: differences.length > 0 ? 'update' : 'none', differences, paused };
}

function differencesOf(from: ScheduleFacts | null, to: ScheduleFacts | null): FieldDifference[] {
  return FIELDS.map((field) => ({ field, from: from?.[field] ?? null, to: to?.[field] ?? null })).filter(
    (one) => one.from !== one.to && (one.from ?? '') !== (one.to ?? ''),
  );
}
