// Danger: a band that says "one false alarm in twenty" and gives many more, so that people stop reading alarms; or one
// that sees nothing.
import { addCounts, takeCounts } from '../../../activities/monitor/drift/add-counts';
import { bandOf, chanceAmongChunks } from '../../../activities/monitor/drift/band';
import { type ColumnCounts, compareCounts } from '../../../activities/monitor/drift/compare';
import { uniform } from './uniform';

jest.setTimeout(120_000);

/** Rows that add up to a value of about sixty, by the middle of three draws, moved by a shift. */
function sample(draw: () => number, rows: number, shift = 0): ColumnCounts {
  const counts = new Map<number, number>();
  for (let row = 0; row < rows; row++) {
    const value = Math.floor(20 * (draw() + draw() + draw())) + shift;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return { kind: 'number', values: [...counts].map(([value, of]) => ({ value, rows: of })), missing: 0 };
}

function categories(draw: () => number, rows: number): ColumnCounts {
  const counts = new Map<string, number>();
  for (let row = 0; row < rows; row++) {
    const value = `c${Math.floor(8 * draw() ** 1.5)}`;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return { kind: 'category', values: [...counts].map(([value, of]) => ({ value, rows: of })), missing: 0 };
}

const TRIALS = 1_000;
/** The counts of a binomial with 1,000 trials that hold 99.9 % of its chance at 0.05: 50 and 3.29 deviations. */
const AT_5_PER_CENT = [27, 73] as const;

/** How many of the trials end in an alarm. */
function alarms(seed: number, trial: (draw: () => number) => boolean): number {
  const draw = uniform(seed);
  let count = 0;
  for (let i = 0; i < TRIALS; i++) if (trial(draw)) count++;
  return count;
}

function within(count: number, [low, high]: readonly [number, number]): void {
  expect(count).toBeGreaterThanOrEqual(low);
  expect(count).toBeLessThanOrEqual(high);
}

test.each(['psi', 'wasserstein'] as const)('a chance of 0.05 by %s is a false alarm in one window of twenty', (by) => {
  const count = alarms(7, (draw) => {
    const chunks = Array.from({ length: 19 }, () => sample(draw, 100));
    return (chanceAmongChunks(chunks, sample(draw, 100), by) ?? 1) <= 0.05;
  });
  within(count, AT_5_PER_CENT);
});

test('a window that has moved by a deviation and a half is nearly always seen', () => {
  const count = alarms(8, (draw) => {
    const chunks = Array.from({ length: 19 }, () => sample(draw, 50));
    return (chanceAmongChunks(chunks, sample(draw, 50, 15), 'wasserstein') ?? 1) <= 0.05;
  });
  expect(count).toBeGreaterThan(TRIALS * 0.99);
});

test('a chance by chi-square is false as often as it says', () => {
  const count = alarms(9, (draw) => {
    const drift = compareCounts(categories(draw, 800), categories(draw, 400));
    return (drift.pValues['chi-square'] ?? 1) <= 0.05;
  });
  within(count, AT_5_PER_CENT);
});

test('mean plus three deviations of twenty chunks: a false alarm in at most one window of twenty-five', () => {
  const count = alarms(10, (draw) => {
    const chunks = Array.from({ length: 20 }, () => sample(draw, 100));
    const band = bandOf(chunks, 'psi');
    return (compareCounts(addCounts(chunks), sample(draw, 100)).statistics.psi ?? 0) > (band?.threshold ?? 0);
  });
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThan(TRIALS / 25);
});

test('a band is the mean and the deviation of each chunk against all others', () => {
  const draw = uniform(11);
  const [a, b, c] = [sample(draw, 100), sample(draw, 100), sample(draw, 100)];
  const wanted = [
    compareCounts(addCounts([b, c]), a),
    compareCounts(addCounts([a, c]), b),
    compareCounts(addCounts([a, b]), c),
  ].map(({ statistics }) => statistics['kolmogorov-smirnov'] ?? NaN);
  const band = bandOf([a, b, c], 'kolmogorov-smirnov');
  expect(band?.values).toEqual(wanted);
  expect(band?.mean).toBeCloseTo(wanted.reduce((sum, value) => sum + value) / 3, 12);
  expect(band?.threshold).toBeCloseTo((band?.mean ?? NaN) + 3 * (band?.standardDeviation ?? NaN), 12);
});

test('one chunk has no band; a statistic of another kind neither', () => {
  const draw = uniform(12);
  const chunks = [sample(draw, 9), sample(draw, 9)];
  expect(bandOf(chunks.slice(0, 1), 'psi')).toBeNull();
  expect(bandOf(chunks, 'chi-square')).toBeNull();
  expect(chanceAmongChunks([], sample(draw, 9), 'psi')).toBeNull();
});

test('what was added up is taken away again, missing rows too', () => {
  const draw = uniform(13);
  const [a, b] = [sample(draw, 60), { ...sample(draw, 60), missing: 4 }];
  expect(takeCounts(addCounts([a, b]), b)).toEqual(addCounts([a]));
  expect(() => addCounts([a, categories(draw, 3)])).toThrow(RangeError);
});
