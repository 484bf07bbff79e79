import { ascending, type ValueCount } from './bins';

/** A value with its rows in both samples. */
export interface Beside<V> {
  readonly value: V;
  readonly reference: number;
  readonly current: number;
}

/** All values of two samples, ascending, each once, with its rows on either side. */
export function sideBySide<V extends number | string>(
  reference: readonly ValueCount<V>[],
  current: readonly ValueCount<V>[],
): Beside<V>[] {
  const [left, right] = [ascending(reference), ascending(current)];
  const both: Beside<V>[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [r, c] = [left[i], right[j]];
    if (r === undefined && c === undefined) return both;
    if (c === undefined || (r !== undefined && r.value < c.value)) {
      if (r) both.push({ value: r.value, reference: r.rows, current: 0 });
      i++;
    } else if (r === undefined || c.value < r.value) {
      both.push({ value: c.value, reference: 0, current: c.rows });
      j++;
    } else {
      both.push({ value: c.value, reference: r.rows, current: c.rows });
      i++;
      j++;
    }
  }
}
