import type { DesignMatrix } from './design';

/** Up to here the second derivatives are written out: 2,048 squared in float64 are 32 MiB. */
const MOST_WRITTEN_OUT = 2_048;
/** Writing them out takes as many sums a row as there are pairs of features; beyond this, products row by row are less. */
const MOST_FEATURES = 64;

/** Whether {@link writeHessian} pays: a product with it then costs nothing beside a pass over the rows. */
export function paysWrittenOut(matrix: DesignMatrix, size: number): boolean {
  return size <= MOST_WRITTEN_OUT && matrix.width <= MOST_FEATURES;
}

/**
 * `X' diag(u) X` with a last column of ones (the intercept) as an upper triangle, row by row, plus `l2` on the diagonal
 * of all but the intercept.
 *
 * @param size number of coefficients, the intercept included
 */
export function writeHessian(matrix: DesignMatrix, u: Float64Array, size: number, l2: number): Float64Array {
  const hessian = new Float64Array(size * size);
  const entries = matrix.width + 1;
  const places = new Uint32Array(entries).fill(size - 1);
  const values = new Float64Array(entries).fill(1);
  for (let row = 0; row < u.length; row++) {
    matrix.readRow(row, places, values);
    const weight = u[row] ?? 0;
    for (let i = 0; i < entries; i++) {
      const at = (places[i] ?? 0) * size;
      const weighted = weight * (values[i] ?? 0);
      for (let j = i; j < entries; j++) {
        const place = at + (places[j] ?? 0);
        hessian[place] = (hessian[place] ?? 0) + weighted * (values[j] ?? 0);
      }
    }
  }
  for (let i = 0; i < size - 1; i++) hessian[i * size + i] = (hessian[i * size + i] ?? 0) + l2;
  return hessian;
}

/** Product of a symmetric matrix, of which the upper triangle is given row by row, with a vector. */
export function symmetricTimes(upper: Float64Array, v: Float64Array): Float64Array {
  const size = v.length;
  const product = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const at = i * size;
    const vi = v[i] ?? 0;
    let sum = (upper[at + i] ?? 0) * vi;
    for (let j = i + 1; j < size; j++) {
      const h = upper[at + j] ?? 0;
      sum += h * (v[j] ?? 0);
      product[j] = (product[j] ?? 0) + h * vi;
    }
    product[i] = (product[i] ?? 0) + sum;
  }
  return product;
}
