import { drawRows } from './draw-rows';
import { BIN_WIDTH, COMMAND, CONTROL, type SharedState } from './shared';

const { exp, log } = Math;

/**
 * The row-wise work of boosting, one chunk of rows at a time. A chunk touches only its own part of the shared memory,
 * so chunks may run on any thread in any order and give the same numbers.
 */
export class ChunkWorker {
  /** Rows that go right, while a chunk is being parted. */
  private readonly spare: Uint32Array;

  constructor(private readonly state: SharedState) {
    this.spare = new Uint32Array(state.chunkRows);
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
      const { first, last } = this.bounds(chunk);
      drawRows(this.state.draw, at(control, CONTROL.tree), this.state.isDrawn, first, last);
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
    let likelihood = 1;
    for (let row = first; row < last; row++) {
      const score = scores[row] ?? 0;
      // One exp, of a number that is never above 0: p and 1 - p both keep their digits.
      const e = exp(score < 0 ? score : -score);
      const larger = 1 / (1 + e);
      const p = score < 0 ? e * larger : larger;
      const q = score < 0 ? larger : e * larger;
      const label = labels[row];
      gradients[2 * row] = label === 1 ? -q : p;
      gradients[2 * row + 1] = p * q;
      // Likelihoods are multiplied, and a logarithm is taken only before the product would underflow.
      likelihood *= label === 1 ? p : q;
      if (likelihood < 1e-250) {
        loss -= log(Math.max(likelihood, Number.MIN_VALUE));
        likelihood = 1;
      }
    }
    loss -= log(likelihood);
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
    const { order, begins, ends, chunks, goesLeft, places, features } = this.state;
    const { spare } = this;
    const begin = begins[leaf * chunks + chunk] ?? 0;
    const end = ends[leaf * chunks + chunk] ?? 0;
    let left = begin;
    let right = 0;
    // Both places are written and one of them moves on: which side a row takes is a coin's throw, and a branch on it
    // would be guessed wrong as often. `left` is never ahead of `i`, so nothing is overwritten that is still to be read.
    for (let i = begin; i < end; i++) {
      const row = order[i] ?? 0;
      const goes = goesLeft[places[row * features + feature] ?? 0] ?? 0;
      order[left] = row;
      spare[right] = row;
      left += goes;
      right += 1 - goes;
    }
    order.set(spare.subarray(0, right), left);
    ends[leaf * chunks + chunk] = left;
    begins[newLeaf * chunks + chunk] = left;
    ends[newLeaf * chunks + chunk] = end;
  }

  /** The chunk's histogram of a leaf, over all features and the rows that were drawn for this tree. */
  private addUp(chunk: number, leaf: number): void {
    const { begins, ends, chunks, binStarts, histograms, features, places, order, gradients, isDrawn } = this.state;
    const width = (binStarts[binStarts.length - 1] ?? 0) * BIN_WIDTH;
    const histogram = histograms.subarray(chunk * width, (chunk + 1) * width).fill(0);
    const end = ends[leaf * chunks + chunk] ?? 0;
    for (let i = begins[leaf * chunks + chunk] ?? 0; i < end; i++) {
      const row = order[i] ?? 0;
      if (isDrawn[row] === 0) continue;
      const g = gradients[2 * row] ?? 0;
      const h = gradients[2 * row + 1] ?? 0;
      const next = (row + 1) * features;
      // The innermost loop of all: three sums a row and feature, in float64.
      for (let at = row * features; at < next; at++) {
        const bin = BIN_WIDTH * (places[at] ?? 0);
        histogram[bin] = (histogram[bin] ?? 0) + g;
        histogram[bin + 1] = (histogram[bin + 1] ?? 0) + h;
        histogram[bin + 2] = (histogram[bin + 2] ?? 0) + 1;
      }
    }
  }

  private bounds(chunk: number): { first: number; last: number } {
    const { rows, chunkRows } = this.state;
    return { first: Math.min(rows, chunk * chunkRows), last: Math.min(rows, (chunk + 1) * chunkRows) };
  }
}

function at(control: Int32Array, place: number): number {
  return control[place] ?? 0;
}
