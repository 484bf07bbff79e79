import { perennialError } from '../errors';
import { type Calendar, calendarOf, dayKey, dayOf, firstDayOf, monthKey, monthOf } from './calendar';
import type { KeyPartition, Partitions, TimePartition, TimePartitions } from './spec';

/** What a run of a partition is handed. */
export type Partition = TimePartition | KeyPartition;

/** Under this key of its config a run has its partition. */
export const PARTITION = 'partition';

/** Partitions that a question about many may be about. A range of more is parted. */
export const MOST_PARTITIONS = 10_000;

/** Days or months of a zone, by number. */
interface Units {
  numberOf(key: string): number | null;
  keyOf(unit: number): string;
  startOf(unit: number): number;
  at(instant: number): number;
}

function unitsOf(spec: TimePartitions): Units {
  const calendar = knownCalendar(spec.timezone);
  if (spec.kind === 'daily') {
    return {
      numberOf: dayOf,
      keyOf: dayKey,
      startOf: (day) => calendar.startOf(day),
      at: (instant) => calendar.dayAt(instant),
    };
  }
  return {
    numberOf: monthOf,
    keyOf: monthKey,
    startOf: (month) => calendar.startOf(firstDayOf(month)),
    at: (instant) => monthOf(dayKey(calendar.dayAt(instant)).slice(0, 7)) ?? 0,
  };
}

/** @throws PER_DEF_051 */
export function knownCalendar(timezone: string): Calendar {
  const calendar = calendarOf(timezone);
  if (calendar) return calendar;
  throw perennialError('PER_DEF_051', `There is no time zone ${JSON.stringify(timezone)}.`);
}

/**
 * The partition of a key.
 *
 * @param pipeline named in the message
 * @throws PER_RUN_120 when the pipeline has no such partition
 * @example
 * partitionOf('train-churn', daily({ from: '2026-01-01' }), '2026-01-05')
 * // { key: '2026-01-05', from: '2026-01-05T00:00:00.000Z', to: '2026-01-06T00:00:00.000Z' }
 */
export function partitionOf(pipeline: string, spec: Partitions, key: string): Partition {
  if (spec.kind === 'keys') {
    if (spec.keys.includes(key)) return { key };
    throw unknown(pipeline, key, `its partitions are ${spec.keys.join(', ')}`);
  }
  const units = unitsOf(spec);
  const unit = units.numberOf(key);
  const what = spec.kind === 'daily' ? 'days like 2026-01-05' : 'months like 2026-01';
  if (unit === null) throw unknown(pipeline, key, `its partitions are ${what}`);
  if (unit < firstUnit(units, spec)) throw unknown(pipeline, key, `its first partition is ${spec.from}`);
  const partition = windowOf(units, unit);
  if (partition) return partition;
  throw unknown(pipeline, key, `${spec.timezone} had no such day`);
}

function unknown(pipeline: string, key: string, why: string): Error {
  return perennialError('PER_RUN_120', `${pipeline} has no partition ${JSON.stringify(key)}: ${why}.`);
}

function firstUnit(units: Units, spec: TimePartitions): number {
  return units.numberOf(spec.from) ?? 0;
}

/** null: the zone left the day out. */
function windowOf(units: Units, unit: number): TimePartition | null {
  const [from, to] = [units.startOf(unit), units.startOf(unit + 1)];
  if (from === to) return null;
  return { key: units.keyOf(unit), from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** Whether the window of a partition is over at an instant (ms); one of a name has none, and is there at any time. */
export function isOver(partition: Partition, now: number): boolean {
  return !('to' in partition) || Date.parse(partition.to) <= now;
}

/**
 * The last partition whose window is over at an instant: what a schedule that ticks then is about. null: there is none yet.
 */
export function newestBefore(spec: TimePartitions, now: number): TimePartition | null {
  const units = unitsOf(spec);
  for (let unit = units.at(now) - 1; unit >= firstUnit(units, spec); unit -= 1) {
    const partition = windowOf(units, unit);
    if (partition) return partition;
  }
  return null;
}

/** A part of a pipeline's partitions, both ends included. Without an end: from the first one, to the newest that is over. */
export interface Range {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * The partitions of a range, in their order.
 *
 * @param now ms since 1970, which says where a range without an end ends
 * @throws PER_RUN_120 an end that is no partition, PER_RUN_121 an end that is not over yet, PER_RUN_122 none, PER_RUN_123
 * more than 10,000
 */
export function partitionsIn(pipeline: string, spec: Partitions, range: Range, now: number): Partition[] {
  const ends = [range.from, range.to].flatMap((key) => (key === undefined ? [] : [partitionOf(pipeline, spec, key)]));
  for (const end of ends) refuseNotOver(pipeline, end, now);
  const found = spec.kind === 'keys' ? keysIn(spec.keys, range) : windowsIn(pipeline, spec, range, now);
  if (found.length > 0) return found;
  throw perennialError('PER_RUN_122', `${pipeline} has no partition ${rangeText(range)}.`);
}

/** @throws PER_RUN_121 */
export function refuseNotOver(pipeline: string, partition: Partition, now: number): void {
  if (isOver(partition, now) || !('to' in partition)) return;
  throw perennialError('PER_RUN_121', `The partition ${partition.key} of ${pipeline} lasts until ${partition.to}.`);
}

function keysIn(keys: readonly string[], { from, to }: Range): Partition[] {
  const begin = from === undefined ? 0 : keys.indexOf(from);
  const end = to === undefined ? keys.length : keys.indexOf(to) + 1;
  return keys.slice(begin, Math.max(begin, end)).map((key) => ({ key }));
}

function windowsIn(pipeline: string, spec: TimePartitions, { from, to }: Range, now: number): Partition[] {
  const units = unitsOf(spec);
  const begin = units.numberOf(from ?? spec.from) ?? 0;
  const newest = newestBefore(spec, now);
  const last = to ?? newest?.key;
  const end = last === undefined ? begin - 1 : (units.numberOf(last) ?? 0);
  if (end - begin >= MOST_PARTITIONS) {
    const message = `${pipeline} has ${end - begin + 1} partitions ${rangeText({ from, to }, 'are')}; ${MOST_PARTITIONS} are taken at most.`;
    throw perennialError('PER_RUN_123', message);
  }
  return Array.from({ length: Math.max(0, end - begin + 1) }, (_, i) => windowOf(units, begin + i) ?? []).flat();
}

function rangeText({ from, to }: Range, verb: 'is' | 'are' = 'is'): string {
  if (from === undefined && to === undefined) return `that ${verb} over`;
  return [from === undefined ? [] : [`from ${from}`], to === undefined ? [] : [`to ${to}`]].flat().join(' ');
}

/** The id of a partition's run: `train-churn:2026-01-05`, and of the second one `train-churn:2026-01-05:2`. */
export function partitionRunId(pipeline: string, key: string, attempt = 1): string {
  return `${pipeline}:${key}${attempt === 1 ? '' : `:${attempt}`}`;
}
