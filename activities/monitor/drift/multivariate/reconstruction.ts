import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { joinTables, matching, type RowTable, type TableColumn } from './row-table';

/** In standard deviations of a column: an error below it is what rounding leaves where the components hold everything. */
const ROUNDING = 1e-9;

/** How a column becomes a number: fitted on the reference. */
type Encoding =
  | {
      readonly name: string;
      readonly kind: 'number';
      readonly fill: number;
      readonly mean: number;
      readonly scale: number;
    }
  | {
      readonly name: string;
      readonly kind: 'category';
      readonly fill: string;
      readonly shares: ReadonlyMap<string, number>;
      readonly mean: number;
      readonly scale: number;
    };

/** The principal components of a reference. */
export interface Reconstruction {
  readonly columns: readonly Encoding[];
  /** Of the standardised columns; what rounding left of them. */
  readonly centre: readonly number[];
  /** Each as long as there are columns; unit vectors, the one of the greatest variance first. */
  readonly components: readonly (readonly number[])[];
}

/**
 * Fits the principal components of a reference, by NannyML's recipe: a missing number is the mean, a missing category the
 * most frequent value (the smallest of several); a category stands as its share of the reference's rows, one that the
 * reference does not have as 0; columns are standardised (divided by n); kept are as many components as it takes to hold more
 * than the share `components` of the variance, or so many where it is 1 or more.
 *
 * @throws RangeError without a row or a column, or where the components take all columns up: then nothing is left to reconstruct
 * @example
 * const fitted = fitReconstruction(january);
 * const errors = reconstructionErrors(fitted, february);
 */
export function fitReconstruction(reference: RowTable, components = 0.65): Reconstruction {
  if (reference.rows === 0 || reference.columns.length === 0)
    throw new RangeError('a reference without rows or columns');
  if (!(components > 0)) throw new RangeError(`components is ${components}`);
  const columns = reference.columns.map(encodingOf);
  const values = columns.map((encoding, i) => encoded(encoding, reference.columns[i]));
  const centre = values.map(meanOf);
  const covariance = values.map((left, i) =>
    values.map((right, j) => {
      let sum = 0;
      for (let row = 0; row < reference.rows; row++) {
        sum += ((left[row] ?? NaN) - (centre[i] ?? NaN)) * ((right[row] ?? NaN) - (centre[j] ?? NaN));
      }
      return sum / Math.max(1, reference.rows - 1);
    }),
  );
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(new Matrix(covariance), {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((value, i) => ({ value, vector: eigenvectorMatrix.getColumn(i) }));
  order.sort((a, b) => b.value - a.value);
  const kept = components >= 1 ? Math.min(Math.floor(components), order.length) : keptFor(order, components);
  if (kept >= columns.length) {
    const taken = `${kept} of ${columns.length} components hold what 'components' (${components}) asks for`;
    throw new RangeError(`nothing is left to reconstruct: ${taken}; give more columns, or hold less`);
  }
  return { columns, centre, components: order.slice(0, kept).map(({ vector }) => vector) };
}

/** As scikit-learn counts: the first number of components whose variance is more than the share. */
function keptFor(order: readonly { readonly value: number }[], share: number): number {
  const total = order.reduce((sum, { value }) => sum + value, 0);
  let held = 0;
  const enough = order.findIndex(({ value }) => (held += value / total) > share);
  return enough === -1 ? order.length : enough + 1;
}

/**
 * How far each row lies from what the components make of it: the Euclidean distance, over the standardised columns. It grows
 * when columns no longer go together as they did in the reference, though each by itself stays as it was.
 *
 * @throws RangeError when the columns are others than those of the reference
 * @example
 * const errors = reconstructionErrors(fitReconstruction(january), february);
 */
export function reconstructionErrors(fitted: Reconstruction, table: RowTable): Float64Array {
  const { components, centre } = fitted;
  const values = fitted.columns.map((encoding, i) => encoded(encoding, table.columns[i]));
  return Float64Array.from({ length: table.rows }, (_, row) => {
    const left = values.map((column, i) => (column[row] ?? NaN) - (centre[i] ?? NaN));
    const along = components.map((component) =>
      component.reduce((sum, weight, i) => sum + weight * (left[i] ?? NaN), 0),
    );
    let squares = 0;
    for (const [i, value] of left.entries()) {
      const made = along.reduce((sum, length, k) => sum + length * (components[k]?.[i] ?? NaN), 0);
      squares += (value - made) ** 2;
    }
    const error = Math.sqrt(squares);
    return error < ROUNDING ? 0 : error;
  });
}

/** The error of one chunk of rows. */
export interface ChunkError {
  /** Mean over the rows. */
  readonly error: number;
  /** Standard error of that mean; null for a single row. */
  readonly samplingError: number | null;
  /** Whether it is outside of the reference's band. An error that is too low says that the columns have moved, too. */
  readonly alarm: boolean;
}

/** What the reconstruction of chunks comes to. */
export interface ReconstructionDrift {
  readonly reference: readonly number[];
  /** Mean of the reference's chunks less and plus three standard deviations (divided by their number); never below 0. */
  readonly band: { readonly low: number; readonly high: number };
  readonly chunks: readonly ChunkError[];
}

/**
 * Drift over several columns at once: components are fitted on all chunks of the reference, and a chunk whose mean error
 * is outside of the reference's own, mean ± 3 standard deviations, is an alarm (NannyML's rule and defaults): above or below,
 * not on it, so that data which are those of the reference are none. Chunks of the reference should be as long as those that are judged. It sees how numbers go together linearly; for more see
 * {@link domainClassifier}.
 *
 * @throws RangeError with fewer than two chunks of reference, or a chunk without rows or with other columns, or nothing left to
 * reconstruct: a single column, or as many components as columns
 * @example
 * const { chunks } = reconstructionDrift(januaryByWeek, [lastWeek]);
 * const moved = chunks[0]?.alarm;
 */
export function reconstructionDrift(
  reference: readonly RowTable[],
  chunks: readonly RowTable[],
  options: { readonly components?: number; readonly deviations?: number } = {},
): ReconstructionDrift {
  const { components, deviations = 3 } = options;
  if (reference.length < 2) throw new RangeError('a band needs two chunks of reference at least');
  if ([...reference, ...chunks].some(({ rows }) => rows === 0)) throw new RangeError('a chunk without rows');
  const fitted = fitReconstruction(joinTables(reference), components);
  const own = reference.map((chunk) => meanOf(reconstructionErrors(fitted, chunk)));
  const mean = meanOf(own);
  const half = deviations * Math.sqrt(meanOf(own.map((value) => (value - mean) ** 2)));
  const band = { low: Math.max(0, mean - half), high: mean + half };
  return { reference: own, band, chunks: chunks.map((chunk) => judged(reconstructionErrors(fitted, chunk), band)) };
}

function judged(errors: Float64Array, band: ReconstructionDrift['band']): ChunkError {
  const error = meanOf(errors);
  const squares = errors.reduce((sum, value) => sum + (value - error) ** 2, 0);
  const samplingError = errors.length > 1 ? Math.sqrt(squares / (errors.length - 1) / errors.length) : null;
  return { error, samplingError, alarm: error > band.high || error < band.low };
}

function encodingOf(column: TableColumn): Encoding {
  if (column.kind === 'number') {
    const known = column.values.filter((value) => !Number.isNaN(value));
    const fill = known.length === 0 ? 0 : meanOf(known);
    const values = column.values.map((value) => (Number.isNaN(value) ? fill : value));
    return { name: column.name, kind: 'number', fill, ...scaleOf(values) };
  }
  const counts = new Map<string, number>();
  for (const value of column.values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [fill = ''] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0] ?? [];
  const missing = column.values.length - [...counts.values()].reduce((sum, n) => sum + n, 0);
  counts.set(fill, (counts.get(fill) ?? 0) + missing);
  const shares = new Map([...counts].map(([value, rows]) => [value, rows / column.values.length]));
  const values = Float64Array.from(column.values, (value) => shares.get(value ?? fill) ?? 0);
  return { name: column.name, kind: 'category', fill, shares, ...scaleOf(values) };
}

function scaleOf(values: Float64Array): { mean: number; scale: number } {
  const mean = meanOf(values);
  const deviation = Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
  // What is left of a constant column is rounding.
  const isConstant = values.every((value) => value === values[0]);
  return { mean, scale: isConstant ? 1 : deviation };
}

function encoded(encoding: Encoding, column: TableColumn | undefined): Float64Array {
  const found = matching(encoding, column);
  const { mean, scale } = encoding;
  if (found.kind === 'number' && encoding.kind === 'number') {
    return found.values.map((value) => ((Number.isNaN(value) ? encoding.fill : value) - mean) / scale);
  }
  if (found.kind === 'category' && encoding.kind === 'category') {
    const { shares, fill } = encoding;
    return Float64Array.from(found.values, (value) => ((shares.get(value ?? fill) ?? 0) - mean) / scale);
  }
  return new Float64Array();
}

function meanOf(values: Float64Array | readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
