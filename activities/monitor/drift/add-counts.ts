import { ascending, type ValueCount } from './bins';
import type { ColumnCounts } from './compare';
import { sideBySide } from './side-by-side';

/**
 * Several samples of one column as one: counts of windows add up, so a reference of many windows needs no further scan.
 *
 * @throws RangeError without a sample, or for numbers beside categories
 * @example
 * const month = addCounts(weeks);
 */
export function addCounts(samples: readonly ColumnCounts[]): ColumnCounts {
  const kind = samples[0]?.kind;
  const missing = samples.reduce((sum, sample) => sum + sample.missing, 0);
  const numbers = samples.flatMap((sample) => (sample.kind === 'number' ? [sample] : []));
  const categories = samples.flatMap((sample) => (sample.kind === 'category' ? [sample] : []));
  if (kind === undefined) throw new RangeError('no sample to add up');
  if (numbers.length > 0 && categories.length > 0) throw new RangeError('numbers beside categories');
  return kind === 'number'
    ? { kind, missing, values: ascending(numbers.flatMap(({ values }) => values)) }
    : { kind, missing, values: ascending(categories.flatMap(({ values }) => values)) };
}

/** What is left of a sample without a part of it: {@link addCounts} undone. */
export function takeCounts(all: ColumnCounts, part: ColumnCounts): ColumnCounts {
  const missing = all.missing - part.missing;
  if (all.kind === 'number' && part.kind === 'number') {
    return { kind: all.kind, missing, values: without(all.values, part.values) };
  }
  if (all.kind === 'category' && part.kind === 'category') {
    return { kind: all.kind, missing, values: without(all.values, part.values) };
  }
  throw new RangeError('numbers beside categories');
}

function without<V extends number | string>(
  all: readonly ValueCount<V>[],
  part: readonly ValueCount<V>[],
): ValueCount<V>[] {
  return sideBySide(all, part).flatMap(({ value, reference, current }) =>
    reference > current ? [{ value, rows: reference - current }] : [],
  );
}
