import { chiSquareChance } from '../../monitor/drift/chi-square';

/** A sample by its sums: rows, sum, and sum of squares. */
export interface Sums {
  readonly rows: number;
  readonly sum: number;
  readonly squares: number;
}

/** How two means differ. */
export interface MeanDifference {
  /** First minus second. */
  readonly mean: number;
  readonly error: number;
  /** The difference over the root of the mean of both variances (Cohen 1988, d for unequal variances). */
  readonly effect: number;
  readonly t: number;
  /** Chance of a `t` at least this large where the first mean is not above the second. */
  readonly chance: number;
}

/** The least standard deviation that is believed, as of `wasserstein-per-std`: constant losses would be infinitely far apart. */
const LEAST_DEVIATION = 0.001;

/**
 * Welch's test of two means, one-sided (Welch 1947, with Satterthwaite's degrees of freedom). Both samples need two rows.
 *
 * @example
 * const { effect, chance } = welch({ rows: 100, sum: 60, squares: 50 }, { rows: 900, sum: 400, squares: 300 });
 */
export function welch(first: Sums, second: Sums): MeanDifference {
  const [a, b] = [varianceOf(first), varianceOf(second)];
  const mean = first.sum / first.rows - second.sum / second.rows;
  const [ofA, ofB] = [a / first.rows, b / second.rows];
  const error = Math.sqrt(ofA + ofB);
  const freedom = (ofA + ofB) ** 2 / (ofA ** 2 / (first.rows - 1) + ofB ** 2 / (second.rows - 1));
  const t = mean / error;
  return { mean, error, effect: mean / Math.sqrt((a + b) / 2), t, chance: chanceAbove(t, freedom) };
}

function varianceOf({ rows, sum, squares }: Sums): number {
  return Math.max(LEAST_DEVIATION ** 2, (squares - sum ** 2 / rows) / (rows - 1));
}

/**
 * How clear it is that the first sample is worse: where only more is worse, or where worse is to be further from 0 on either side. Of two
 * that differ one is then the worse; of the other nothing is clear.
 */
export function clarityOf(
  first: Sums,
  second: Sums,
  isBothWays: boolean,
): Pick<MeanDifference, 't' | 'effect' | 'chance'> {
  const { t, effect, chance } = welch(first, second);
  if (!isBothWays) return { t, effect, chance };
  if (Math.abs(first.sum / first.rows) < Math.abs(second.sum / second.rows)) return { t: 0, effect: 0, chance: 1 };
  return { t: Math.abs(t), effect: Math.abs(effect), chance: 2 * Math.min(chance, 1 - chance) };
}

/**
 * Chance of Student's t above a value: by Wallace's transform to a normal one (Wallace 1959, Bounds on normal approximations to
 * Student's and the chi-square distributions), which is off by less than 1 % of the chance from 50 degrees of freedom on and
 * chances down to 1e-6.
 */
export function chanceAbove(t: number, degreesOfFreedom: number): number {
  const n = degreesOfFreedom;
  const square = ((8 * n + 1) / (8 * n + 3)) ** 2 * n * Math.log1p(t ** 2 / n);
  const beyond = chiSquareChance({ statistic: square, degreesOfFreedom: 1 }) / 2;
  return t >= 0 ? beyond : 1 - beyond;
}

/**
 * Chances corrected for how many there are: at most a share `alpha` of the time is any of them below `alpha` without reason, however
 * they hang together (Holm 1979, A simple sequentially rejective multiple test procedure). In the order given.
 */
export function holm(chances: readonly number[]): number[] {
  const order = chances.map((chance, at) => ({ chance, at })).sort((x, y) => x.chance - y.chance);
  const corrected = new Array<number>(chances.length).fill(1);
  let least = 0;
  order.forEach(({ chance, at }, rank) => {
    least = Math.min(1, Math.max(least, chance * (chances.length - rank)));
    corrected[at] = least;
  });
  return corrected;
}
