import type { Detector } from './detector';

export interface AdwinOptions {
  /** Significance: about the chance of a false drift; default 0.002. */
  readonly delta?: number;
  /** Looks for a change at every so-many-th value; default 32. */
  readonly clock?: number;
  /** Summaries of each size before two are merged; default 5. */
  readonly maxBuckets?: number;
  /** The shortest part of the window that is compared; default 5. */
  readonly minPart?: number;
  /** Values before the first judgement; default 10. */
  readonly gracePeriod?: number;
}

/** A run of values, summed up. */
interface Summary {
  readonly total: number;
  /** Sum of squared deviations from the run's own mean. */
  readonly squares: number;
}

/** The window: level i holds summaries of 2^i values each, the oldest first; higher levels are older. */
interface Kept {
  readonly levels: Summary[][];
  width: number;
  total: number;
  squares: number;
}

/**
 * Adaptive windowing, ADWIN2 (Bifet & Gavalda 2007, Learning from time-changing data with adaptive windowing): some cut of
 * the window leaves two parts whose means differ by more than chance allows. For any numbers; it sees rises and falls, and
 * its memory grows with the logarithm of the stream. Defaults and arithmetic as in river 0.26.
 *
 * @example
 * const detector = adwin({ delta: 0.01 });
 * const signal = detector.update(0.42);
 */
export function adwin(options: AdwinOptions = {}): Detector {
  const { delta = 0.002, clock = 32, maxBuckets = 5, minPart = 5, gracePeriod = 10 } = options;
  let window = emptyWindow();
  let seen = 0;
  return {
    update(value) {
      add(window, value, maxBuckets);
      seen++;
      if (seen % clock !== 0 || window.width <= gracePeriod) return 'stable';
      let drift = false;
      while (hasCut(window, delta, minPart)) {
        drift = true;
        dropOldest(window);
      }
      if (!drift) return 'stable';
      window = emptyWindow();
      seen = 0;
      return 'drift';
    },
  };
}

function emptyWindow(): Kept {
  return { levels: [[]], width: 0, total: 0, squares: 0 };
}

function add(window: Kept, value: number, maxBuckets: number): void {
  const { width, total } = window;
  window.levels[0]?.push({ total: value, squares: 0 });
  window.width = width + 1;
  if (width > 0) {
    const off = value - total / width;
    window.squares += (width * off * off) / window.width;
  }
  window.total += value;
  for (let level = 0; ; level++) {
    const summaries = window.levels[level] ?? [];
    if (summaries.length <= maxBuckets) return;
    const [first, second] = summaries.splice(0, 2);
    if (!first || !second) return;
    (window.levels[level + 1] ??= []).push(merged(first, second, 2 ** level));
  }
}

/** Two runs of so many values each as one (Babcock et al. 2003, Maintaining variance and k-medians over data stream windows). */
function merged(a: Summary, b: Summary, each: number): Summary {
  const apart = a.total / each - b.total / each;
  return { total: a.total + b.total, squares: a.squares + b.squares + each * 0.5 * apart * apart };
}

function dropOldest(window: Kept): void {
  const { levels } = window;
  const level = levels.length - 1;
  const oldest = levels[level]?.shift();
  if (!oldest) return;
  const n = 2 ** level;
  window.width -= n;
  window.total -= oldest.total;
  const apart = oldest.total / n - window.total / window.width;
  window.squares -= oldest.squares + (n * window.width * apart * apart) / (n + window.width);
  if (levels[level]?.length === 0) levels.pop();
}

/** Whether some cut between two summaries leaves parts whose means are too far apart. */
function hasCut(window: Kept, delta: number, minPart: number): boolean {
  const log = Math.log((2 * Math.log(window.width)) / delta);
  const variance = window.squares / window.width;
  let [olderRows, older] = [0, 0];
  let [newerRows, newer] = [window.width, window.total];
  for (let level = window.levels.length - 1; level >= 0; level--) {
    const each = 2 ** level;
    const summaries = window.levels[level] ?? [];
    for (const [i, { total }] of summaries.entries()) {
      // The newest value alone is no part.
      if (level === 0 && i === summaries.length - 1) return false;
      olderRows += each;
      newerRows -= each;
      older += total;
      newer -= total;
      if (olderRows < minPart || newerRows < minPart) continue;
      const rows = 1 / (olderRows - minPart + 1) + 1 / (newerRows - minPart + 1);
      const allowed = Math.sqrt(2 * rows * variance * log) + (2 / 3) * log * rows;
      if (Math.abs(older / olderRows - newer / newerRows) > allowed) return true;
    }
  }
  return false;
}
