// Danger: the business metric depends on the order of the rows, or says another share than the rows hold.
import fc from 'fast-check';
import { caughtAt, cumulativeGains } from '../../../activities/evaluate/metrics';

const rows = fc.array(fc.record({ y: fc.constantFrom(0, 1), p: fc.constantFrom(0.1, 0.2, 0.5, 0.9) }), {
  minLength: 1,
  maxLength: 80,
});
const curve = (list: readonly { y: number; p: number }[]): number[] | null =>
  cumulativeGains(
    Uint8Array.from(list, (r) => r.y),
    Float64Array.from(list, (r) => r.p),
  );

test('it rises to one, and does not depend on the order of the rows', () => {
  fc.assert(
    fc.property(rows, (list) => {
      const gains = curve(list);
      if (gains === null) return expect(list.every((r) => r.y === 0)).toBe(true);
      expect(gains).toHaveLength(20);
      expect(gains.at(-1)).toBe(1);
      gains.forEach((g, i) => expect(g).toBeGreaterThanOrEqual(gains[i - 1] ?? 0));
      expect(curve([...list].reverse())).toEqual(gains);
    }),
  );
});

test('a perfect order catches first what there is; equal scores catch in proportion', () => {
  const perfect = Array.from({ length: 20 }, (_, i) => ({ y: i < 5 ? 1 : 0, p: 1 - i / 20 }));
  expect(curve(perfect)?.slice(0, 6)).toEqual([0.2, 0.4, 0.6, 0.8, 1, 1]);
  const equal = perfect.map(({ y }) => ({ y, p: 0.5 }));
  expect(curve(equal)?.[9]).toBeCloseTo(0.5, 9);
});

test('a budget between two points is read off the line between them', () => {
  const gains = Array.from({ length: 20 }, (_, i) => Math.min(1, (i + 1) / 10));
  expect(caughtAt(gains, 0.2)).toBeCloseTo(0.4, 9);
  expect(caughtAt(gains, 0.225)).toBeCloseTo(0.45, 9);
  expect(caughtAt(gains, 0.025)).toBeCloseTo(0.05, 9);
  expect(caughtAt(gains, 0.99)).toBe(1);
});
