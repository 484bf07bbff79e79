import { BIN_WIDTH, COMMAND, CONTROL, type SharedState } from './shared';

/**
 * The row-wise work of boosting, one chunk of rows at a time. A chunk touches only its own part of the shared memory,
 * so chunks may run on any thread in any order and give the same numbers.
 */
export class ChunkWorker {
  /** Rows that go right, while a chunk is being parted. */
  private readonly spare: Uint32Array;
  private readonly columns: readonly Uint16Array[];

  constructor(private readonly state: SharedState) {
    this.spare = new Uint32Array(state.chunkRows);
    const { rows, features, codes } = state;
    this.columns = Array.from({ length: features }, (_, f) => codes.subarray(f * rows, (f + 1) * rows));
  }

  /** Takes chunks, one after another, until none is left of the command that is under way. */
  takeChunks(): void {
    const { control, chunks } = this.state;
    for (;;) {
      const chunk = Atomics.add(control, CONTROL.nextChunk, 1);
      if (chunk >= chunks) return;
      this.runChunk(chunk);
    }
  }

  private runChunk(chunk: number): void {
    const { control } = this.state;
    const command = control[CONTROL.command];
    if (command === COMMAND.split) {
      this.part(chunk, at(control, CONTROL.leaf), at(control, CONTROL.newLeaf), at(control, CONTROL.feature));
      this.addUp(chunk, at(control, CONTROL.histogramOf));
      return;
    }
    this.addLeafValues(chunk, at(control, CONTROL.leaves));
    this.findGradients(chunk);
    if (command === COMMAND.beginTree) {
      this.gather(chunk);
      this.addUp(chunk, 0);
    }
  }

  /** Adds the ended tree's leaf values to the scores. */
  private addLeafValues(chunk: number, leaves: number): void {
    const { order, scores, begins, ends, chunks, leafValues } = this.state;
    for (let leaf = 0; leaf < leaves; leaf++) {
      const value = leafValues[leaf] ?? 0;
      const end = ends[leaf * chunks + chunk] ?? 0;
      for (let i = begins[leaf * chunks + chunk] ?? 0; i < end; i++) {
        const row = order[i] ?? 0;
        scores[row] = (scores[row] ?? 0) + value;
      }
    }
  }

  /**
   * Gradient p - y and hessian p (1 - p) of the log loss at the scores (Friedman 2001, Greedy function approximation;
   * Chen & Guestrin 2016, XGBoost, section 2.2), and the chunk's sum of the loss itself.
   */
  private findGradients(chunk: number): void {
    const { scores, labels, gradients, losses } = this.state;
    const { first, last } = this.bounds(chunk);
    let loss = 0;
    for (let row = first; row < last; row++) {
      const score = scores[row] ?? 0;
      const label = labels[row] ?? 0;
      const p = 1 / (1 + Math.exp(-score));
      gradients[2 * row] = p - label;
      gradients[2 * row + 1] = p * (1 - p);
      // -log(p) or -log(1 - p), from the score: no rounding of p to 0 or 1.
      const margin = label === 1 ? score : -score;
      loss += margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
    }
    losses[chunk] = loss;
  }

  /** Puts all rows of the chunk into leaf 0. */
  private gather(chunk: number): void {
    const { order, begins, ends } = this.state;
    const { first, last } = this.bounds(chunk);
    for (let row = first; row < last; row++) order[row] = row;
    begins[chunk] = first;
    ends[chunk] = last;
  }

  /** Moves the rows of a leaf that do not go left to a new leaf, keeping their order. */
  private part(chunk: number, leaf: number, newLeaf: number, feature: number): void {
    const { order, begins, ends, chunks, goesLeft } = this.state;
    const { spare } = this;
    const column = this.column(feature);
    const begin = begins[leaf * chunks + chunk] ?? 0;
    const end = ends[leaf * chunks + chunk] ?? 0;
    let left = begin;
    let right = 0;
    for (let i = begin; i < end; i++) {
      const row = order[i] ?? 0;
      if (goesLeft[column[row] ?? 0] === 1) order[left++] = row;
      else spare[right++] = row;
    }
    order.set(spare.subarray(0, right), left);
    ends[leaf * chunks + chunk] = left;
    begins[newLeaf * chunks + chunk] = left;
    ends[newLeaf * chunks + chunk] = end;
  }

  /** The chunk's histogram of a leaf, over all features. */
  private addUp(chunk: number, leaf: number): void {
    const { begins, ends, chunks, binStarts, histograms, order, gradients } = this.state;
    const width = (binStarts[binStarts.length - 1] ?? 0) * BIN_WIDTH;
    const histogram = histograms.subarray(chunk * width, (chunk + 1) * width).fill(0);
    const begin = begins[leaf * chunks + chunk] ?? 0;
    const end = ends[leaf * chunks + chunk] ?? 0;
    this.columns.forEach((column, f) => {
      addRows(histogram, (binStarts[f] ?? 0) * BIN_WIDTH, column, order, gradients, begin, end);
    });
  }

  private bounds(chunk: number): { first: number; last: number } {
    const { rows, chunkRows } = this.state;
    return { first: Math.min(rows, chunk * chunkRows), last: Math.min(rows, (chunk + 1) * chunkRows) };
  }

  private column(feature: number): Uint16Array {
    const column = this.columns[feature];
    if (!column) throw new RangeError(`there is no feature ${feature}`);
    return column;
  }
}

/** The innermost loop: three sums a row and feature, in float64. `?? 0` costs nothing here: indices are in range. */
function addRows(
  histogram: Float64Array,
  base: number,
  column: Uint16Array,
  order: Uint32Array,
  gradients: Float32Array,
  begin: number,
  end: number,
): void {
  for (let i = begin; i < end; i++) {
    const row = order[i] ?? 0;
    const bin = base + BIN_WIDTH * (column[row] ?? 0);
    histogram[bin] = (histogram[bin] ?? 0) + (gradients[2 * row] ?? 0);
    histogram[bin + 1] = (histogram[bin + 1] ?? 0) + (gradients[2 * row + 1] ?? 0);
    histogram[bin + 2] = (histogram[bin + 2] ?? 0) + 1;
  }
}

function at(control: Int32Array, place: number): number {
  return control[place] ?? 0;
}
