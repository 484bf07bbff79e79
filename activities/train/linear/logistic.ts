import type { DesignMatrix } from './design';
import { paysWrittenOut, symmetricTimes, writeHessian } from './hessian';
import type { LocalModel, Objective } from './newton';

const { abs, exp, log, log1p, max } = Math;

/** Keeps the preconditioner away from zero where a coefficient is never used and not regularised. */
const SMALLEST_CURVATURE = 1e-12;

/**
 * Mean log loss of a logistic regression plus `l2 / 2` times the squared norm of the coefficients. The last variable
 * is the intercept, which is not regularised (Hastie, Tibshirani & Friedman 2009, section 4.4). The second derivatives are
 * written out, or multiplied row by row, whichever is less; both give the same.
 */
export class LogisticLoss implements Objective {
  private readonly size: number;

  constructor(
    private readonly matrix: DesignMatrix,
    private readonly coefficients: number,
    private readonly labels: Uint8Array,
    private readonly l2: number,
    private readonly writtenOut = paysWrittenOut(matrix, coefficients + 1),
  ) {
    this.size = coefficients + 1;
  }

  /** No coefficient, and the intercept that alone fits best: the log-odds of the base rate. */
  baseRate(): Float64Array {
    const positives = this.labels.reduce((count, label) => count + label, 0);
    const w = new Float64Array(this.size);
    w[this.coefficients] = log(positives / (this.labels.length - positives));
    return w;
  }

  /** Log-odds of each row. */
  scores(w: Float64Array): Float64Array {
    const scores = this.matrix.times(w);
    const intercept = w[this.coefficients] ?? 0;
    for (let row = 0; row < scores.length; row++) scores[row] = (scores[row] ?? 0) + intercept;
    return scores;
  }

  /** Mean log loss, without the penalty. */
  lossAt(w: Float64Array): number {
    const scores = this.scores(w);
    let loss = 0;
    for (let row = 0; row < scores.length; row++) {
      const score = scores[row] ?? 0;
      const margin = this.labels[row] === 1 ? score : -score;
      loss += log1p(exp(-abs(margin))) + max(0, -margin);
    }
    return loss / this.labels.length;
  }

  valueAt(w: Float64Array): number {
    let squares = 0;
    for (let i = 0; i < this.coefficients; i++) squares += (w[i] ?? 0) ** 2;
    return this.lossAt(w) + (this.l2 / 2) * squares;
  }

  modelAt(w: Float64Array): LocalModel {
    const rows = this.labels.length;
    const slopes = this.scores(w);
    const curvatures = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      const p = 1 / (1 + exp(-(slopes[row] ?? 0)));
      slopes[row] = (p - (this.labels[row] ?? 0)) / rows;
      curvatures[row] = (p * (1 - p)) / rows;
    }
    return {
      gradient: this.withIntercept(this.matrix.transposedTimes(slopes, this.size), sum(slopes), w),
      diagonal: this.diagonal(curvatures),
      hessianTimes: this.curvature(curvatures),
    };
  }

  /** Products with the second derivatives: written out once where they are few, else by passes over the rows. */
  private curvature(curvatures: Float64Array): LocalModel['hessianTimes'] {
    if (this.writtenOut) {
      const hessian = writeHessian(this.matrix, curvatures, this.size, this.l2);
      return (v) => symmetricTimes(hessian, v);
    }
    return (v) => {
      const intercept = v[this.coefficients] ?? 0;
      const product = this.matrix.times(v).map((x, row) => (x + intercept) * (curvatures[row] ?? 0));
      return this.withIntercept(this.matrix.transposedTimes(product, this.size), sum(product), v);
    };
  }

  /** Completes a product: the penalty's share for the coefficients, the intercept's own sum at the end. */
  private withIntercept(product: Float64Array, intercept: number, v: Float64Array): Float64Array {
    for (let i = 0; i < this.coefficients; i++) product[i] = (product[i] ?? 0) + this.l2 * (v[i] ?? 0);
    product[this.coefficients] = intercept;
    return product;
  }

  private diagonal(curvatures: Float64Array): Float64Array {
    const diagonal = this.matrix.diagonal(curvatures, this.size);
    diagonal[this.coefficients] = sum(curvatures);
    return diagonal.map((x, i) => max(SMALLEST_CURVATURE, i < this.coefficients ? x + this.l2 : x));
  }
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
