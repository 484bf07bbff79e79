import type { GbdtParameters } from '../../../steps/train';
import type { BinnedFeature } from './bins';
import { BIN_WIDTH } from './shared';

/** Sums over the rows of a leaf: gradients, hessians, rows. */
export interface Sums {
  readonly g: number;
  readonly h: number;
  readonly n: number;
}

/** The best way found to part a leaf. `goesLeft` has one entry a bin of the feature. */
export interface Split {
  readonly feature: number;
  readonly gain: number;
  readonly left: Sums;
  readonly right: Sums;
  readonly goesLeft: Uint8Array;
  /** The last value bin that goes left, for a number. */
  readonly lastBin: number;
  /** Where missing numbers go. */
  readonly missingLeft: boolean;
}

/** Rows that a category is thought to share with the average when categories are ranked: rare ones move to the middle. */
const CATEGORY_SMOOTHING = 10;
const SMALLEST_HESSIAN = 1e-3;
const SMALLEST_GAIN = 1e-6;

type Limits = Pick<GbdtParameters, 'lambda' | 'minRowsInLeaf'>;

/** Sums of a whole leaf, from the bins of one feature (every row is in one of them). */
export function sumBins(histogram: Float64Array, first: number, bins: number): Sums {
  let [g, h, n] = [0, 0, 0];
  for (let b = first; b < first + bins; b++) {
    g += histogram[b * BIN_WIDTH] ?? 0;
    h += histogram[b * BIN_WIDTH + 1] ?? 0;
    n += histogram[b * BIN_WIDTH + 2] ?? 0;
  }
  return { g, h, n };
}

/**
 * The best split of a leaf over all features, by the second-order gain of Chen & Guestrin 2016 (XGBoost, equation 7,
 * without the half): `GL^2/(HL+lambda) + GR^2/(HR+lambda) - G^2/(H+lambda)`. Between equals the first feature and the
 * first place win, so the answer does not depend on anything but the histogram.
 *
 * @returns null when no split leaves enough rows on both sides and gains anything.
 */
export function findSplit(
  histogram: Float64Array,
  features: readonly BinnedFeature[],
  binStarts: readonly number[],
  total: Sums,
  limits: Limits,
): Split | null {
  let best: Split | null = null;
  features.forEach((feature, f) => {
    const bins = histogram.subarray((binStarts[f] ?? 0) * BIN_WIDTH, (binStarts[f + 1] ?? 0) * BIN_WIDTH);
    const scan = new Scan(bins, total, limits);
    const found = feature.kind === 'category' ? scan.overCategories(feature) : scan.overNumbers(feature);
    if (found && found.gain > (best?.gain ?? SMALLEST_GAIN)) best = { ...found, feature: f };
  });
  return best;
}

type Found = Omit<Split, 'feature'>;

/** A scan over the bins of one feature, adding them to the left side one by one. */
class Scan {
  private g = 0;
  private h = 0;
  private n = 0;
  private bestGain = SMALLEST_GAIN;
  private best: { place: number; missingLeft: boolean; left: Sums } | null = null;
  private readonly whole: number;

  constructor(
    private readonly bins: Float64Array,
    private readonly total: Sums,
    private readonly limits: Limits,
  ) {
    this.whole = (total.g * total.g) / (total.h + limits.lambda);
  }

  /** Thresholds in order, with missing numbers tried on both sides (Chen & Guestrin 2016, algorithm 3). */
  overNumbers(feature: BinnedFeature): Found | null {
    const values = feature.missing;
    const missing = this.rowsOf(feature.missing);
    // Where something is missing, one more place parts all that is there from all that is missing.
    this.pass(missing > 0 ? values : values - 1, (b) => b, false);
    if (missing > 0) {
      this.restart();
      this.moveLeft(feature.missing);
      this.pass(values - 1, (b) => b, true);
    }
    const { best } = this;
    if (!best) return null;
    // Nothing was missing here: a missing number in serving goes where most rows went.
    const missingLeft = missing > 0 ? best.missingLeft : best.left.n * 2 >= this.total.n;
    const goesLeft = new Uint8Array(feature.bins).fill(1, 0, best.place + 1);
    goesLeft[feature.missing] = Number(missingLeft);
    return { ...this.sides(best.left), goesLeft, lastBin: best.place, missingLeft };
  }

  /**
   * Sets of categories: ranked by gradient over hessian, the best set is a prefix of the ranking (Fisher 1958, On
   * grouping for maximum homogeneity; used for boosting by Ke et al. 2017, LightGBM). No cap on how many there are.
   */
  overCategories(feature: BinnedFeature): Found | null {
    const { bins } = this;
    const present: number[] = [];
    for (let b = 0; b < feature.bins; b++) if (this.rowsOf(b) > 0) present.push(b);
    const rank = Float64Array.from({ length: feature.bins }, (_, b) => {
      return (bins[b * BIN_WIDTH] ?? 0) / ((bins[b * BIN_WIDTH + 1] ?? 0) + CATEGORY_SMOOTHING);
    });
    present.sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0) || a - b);
    this.pass(present.length - 1, (place) => present[place] ?? 0, false);
    const { best } = this;
    if (!best) return null;
    // A category that no row of this leaf has goes where most rows go.
    const goesLeft = new Uint8Array(feature.bins).fill(best.left.n * 2 >= this.total.n ? 1 : 0);
    present.forEach((bin, place) => {
      goesLeft[bin] = Number(place <= best.place);
    });
    return { ...this.sides(best.left), goesLeft, lastBin: -1, missingLeft: goesLeft[0] === 1 };
  }

  private pass(places: number, binAt: (place: number) => number, missingLeft: boolean): void {
    const { total, limits } = this;
    for (let place = 0; place < places; place++) {
      this.moveLeft(binAt(place));
      const rightN = total.n - this.n;
      if (this.n < limits.minRowsInLeaf) continue;
      if (rightN < limits.minRowsInLeaf) return;
      const rightH = total.h - this.h;
      if (this.h < SMALLEST_HESSIAN || rightH < SMALLEST_HESSIAN) continue;
      const rightG = total.g - this.g;
      const gain =
        (this.g * this.g) / (this.h + limits.lambda) + (rightG * rightG) / (rightH + limits.lambda) - this.whole;
      if (gain > this.bestGain) {
        this.bestGain = gain;
        this.best = { place, missingLeft, left: { g: this.g, h: this.h, n: this.n } };
      }
    }
  }

  /** Adds a bin to the left side. */
  private moveLeft(bin: number): void {
    this.g += this.bins[bin * BIN_WIDTH] ?? 0;
    this.h += this.bins[bin * BIN_WIDTH + 1] ?? 0;
    this.n += this.rowsOf(bin);
  }

  private restart(): void {
    [this.g, this.h, this.n] = [0, 0, 0];
  }

  private rowsOf(bin: number): number {
    return this.bins[bin * BIN_WIDTH + 2] ?? 0;
  }

  private sides(left: Sums): Pick<Found, 'gain' | 'left' | 'right'> {
    const { total } = this;
    const right = { g: total.g - left.g, h: total.h - left.h, n: total.n - left.n };
    return { gain: this.bestGain, left, right };
  }
}
