import { perennialError } from '../errors';
import { makeRef, type Ref } from '../expr/ref';
import { dayOf, monthOf } from '../partitions/calendar';
import { knownCalendar, MOST_PARTITIONS, PARTITION } from '../partitions/partition';
import { PARTITION_OPTIONS, refuseUnknownOptions } from './known-options';
import type { KeyPartitions, PartitionOf, Partitions, TimePartitions } from '../partitions/spec';

export type {
  KeyPartition,
  KeyPartitions,
  PartitionOf,
  Partitions,
  TimePartition,
  TimePartitions,
} from '../partitions/spec';

/** Options of partitions by time. */
export interface TimePartitionOptions {
  /** The first one: `2026-01-05`, of months `2026-01`. */
  readonly from: string;
  /** An IANA name, whose days and months they are. Default `UTC`. */
  readonly timezone?: string;
}

/** What a graph is handed as its third argument: the reference to the partition, where the pipeline has any. */
export type PartitionRef<P> = P extends Partitions ? Ref<PartitionOf<P>> : never;

/** What is handed to the graph of a pipeline with these partitions: nothing where it has none. */
export function partitionRef<P>(partitions: Partitions | null): PartitionRef<P>;
export function partitionRef(partitions: Partitions | null): object | undefined {
  return partitions === null ? undefined : makeRef({ op: 'config', path: [PARTITION] });
}

/**
 * A partition for each calendar day of a time zone. Its window is `[from, to)` in UTC: 23 or 25 hours where the clocks change.
 *
 * @throws PER_DEF_050 no such day, PER_DEF_051 no such time zone, PER_DEF_071 no such option
 * @example
 * pipeline('train-churn', {
 *   partitions: daily({ from: '2026-01-01', timezone: 'Europe/Berlin' }),
 *   config: z.object({ table: z.string() }),
 *   graph: (g, config, day) => g.run(extract, { table: config.table, from: day.from, to: day.to }),
 * });
 */
export function daily(options: TimePartitionOptions): TimePartitions {
  return timePartitions('daily', options, dayOf, 'a day like 2026-01-05');
}

/**
 * A partition for each calendar month of a time zone.
 *
 * @throws PER_DEF_050 no such month, PER_DEF_051 no such time zone, PER_DEF_071 no such option
 * @example
 * monthly({ from: '2026-01' })
 */
export function monthly(options: TimePartitionOptions): TimePartitions {
  return timePartitions('monthly', options, monthOf, 'a month like 2026-01');
}

/**
 * A partition for each of some names, in this order. The type of `partition.key` is their union.
 *
 * @throws PER_DEF_050 for a malformed name, one given twice, none, or more than 10,000
 * @example
 * keys(['eu', 'us'])
 */
export function keys<const K extends string>(names: readonly K[]): KeyPartitions<K> {
  const wrong = names.find((name, i) => !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(name) || names.indexOf(name) !== i);
  if (wrong !== undefined) throw malformed(`The partition ${JSON.stringify(wrong)} is malformed or given twice.`);
  if (names.length === 0 || names.length > MOST_PARTITIONS) throw malformed(`keys() was given ${names.length} names.`);
  return Object.freeze({ kind: 'keys', keys: Object.freeze([...names]) });
}

function timePartitions(
  kind: TimePartitions['kind'],
  options: TimePartitionOptions,
  numberOf: (key: string) => number | null,
  form: string,
): TimePartitions {
  refuseUnknownOptions(`${kind}()`, options, PARTITION_OPTIONS);
  const { from, timezone = 'UTC' } = options;
  if (numberOf(from) === null)
    throw malformed(
      `${kind}({ from: ${JSON.stringify(from)} }) is not ${form}${isEarly(from) ? ': the earliest year is 1900' : ''}.`,
    );
  knownCalendar(timezone);
  return Object.freeze({ kind, from, timezone });
}

/** Whether it is of a year that no calendar here goes back to. */
function isEarly(from: string): boolean {
  return /^\d{4}-\d{2}(-\d{2})?$/.test(from) && from < '1900';
}

function malformed(detail: string): Error {
  return perennialError('PER_DEF_050', detail);
}
