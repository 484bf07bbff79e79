import type { EncodedColumn } from '../features/encoded';

const { fround, max, min } = Math;
const { isNaN } = Number;

/**
 * How one feature enters the linear model. A number is clamped to the range seen in training, standardised, and has a
 * coefficient of its own for being missing; a code (category or calendar part) has one coefficient for each value.
 */
export type Term =
  | {
      readonly kind: 'number';
      /** Place of the slope among the coefficients; the one for missing is next to it. */
      readonly first: number;
      readonly low: number;
      readonly high: number;
      /** Float32, like all numbers here: the graph computes with the same ones. */
      readonly mean: number;
      readonly scale: number;
    }
  | { readonly kind: 'code'; readonly first: number; readonly size: number };

/** Terms of all features, and how many coefficients they have together. */
export interface Design {
  readonly terms: readonly Term[];
  readonly coefficients: number;
}

/** Lays the coefficients out, and fits mean, scale and range of the numbers on the training rows. */
export function designFor(columns: readonly EncodedColumn[]): Design {
  let first = 0;
  const terms = columns.map((column): Term => {
    const at = first;
    if (column.kind === 'number') {
      first += 2;
      return { kind: 'number', first: at, ...standardisation(column.values) };
    }
    // A missing calendar part is a value like any other; a category's unknown code 0 is among its codes already.
    const size = column.kind === 'calendar' ? column.size + 1 : column.size;
    first += size;
    return { kind: 'code', first: at, size };
  });
  return { terms, coefficients: first };
}

function standardisation(values: Float32Array) {
  const present = values.filter((v) => !isNaN(v));
  let [low, high, sum] = [Infinity, -Infinity, 0];
  for (const v of present) {
    low = min(low, v);
    high = max(high, v);
    sum += v;
  }
  const mean = sum / present.length;
  let squares = 0;
  for (const v of present) squares += (v - mean) ** 2;
  const deviation = Math.sqrt(squares / present.length);
  return { low, high, mean: fround(mean), scale: fround(deviation > 0 ? 1 / deviation : 0) };
}

/** One column as products take it: codes, or standardised numbers with a mark where missing. */
type Part =
  | { readonly kind: 'code'; readonly first: number; readonly codes: Uint16Array }
  | { readonly kind: 'number'; readonly first: number; readonly values: Float32Array };

/** The design matrix, never written out: products go through codes and standardised values, feature by feature. */
export class DesignMatrix {
  private readonly parts: readonly Part[];

  constructor(
    design: Design,
    columns: readonly EncodedColumn[],
    private readonly rows: number,
  ) {
    this.parts = design.terms.map((term, k): Part => {
      const column = columns[k];
      if (term.kind === 'number' && column?.kind === 'number') {
        return { kind: 'number', first: term.first, values: column.values.map((x) => standardise(term, x)) };
      }
      if (term.kind === 'number' || !column || column.kind === 'number') throw new TypeError('columns do not fit');
      return { kind: 'code', first: term.first, codes: column.codes };
    });
  }

  /** Features: each has one entry in a row, which is not 0 unless its value is. */
  get width(): number {
    return this.parts.length;
  }

  /** Reads one row: by feature, the place of its one entry among the coefficients (ascending), and the entry. */
  readRow(row: number, places: Uint32Array, values: Float64Array): void {
    const { parts } = this;
    for (let k = 0; k < parts.length; k++) {
      const part = parts[k];
      if (part === undefined) return;
      if (part.kind === 'code') {
        places[k] = part.first + (part.codes[row] ?? 0);
        values[k] = 1;
        continue;
      }
      const x = part.values[row] ?? 0;
      const missing = isNaN(x);
      places[k] = missing ? part.first + 1 : part.first;
      values[k] = missing ? 1 : x;
    }
  }

  /** `X w`, one number a row. */
  times(w: Float64Array): Float64Array {
    const product = new Float64Array(this.rows);
    for (const part of this.parts) addPart(part, w, product);
    return product;
  }

  /** `X' u`, one number a coefficient. */
  transposedTimes(u: Float64Array, coefficients: number): Float64Array {
    const product = new Float64Array(coefficients);
    for (const part of this.parts) addTransposed(part, u, product);
    return product;
  }

  /** `sum u x^2`, one number a coefficient: the diagonal of `X' diag(u) X`. */
  diagonal(u: Float64Array, coefficients: number): Float64Array {
    const product = new Float64Array(coefficients);
    for (const part of this.parts) {
      if (part.kind === 'code') addTransposed(part, u, product);
      else {
        const squares = { ...part, values: part.values.map((x) => x * x) };
        addTransposed(squares, u, product);
      }
    }
    return product;
  }

  /** Variance over the rows of what each feature adds to the score. */
  variances(w: Float64Array): number[] {
    return this.parts.map((part) => {
      const added = new Float64Array(this.rows);
      addPart(part, w, added);
      const mean = added.reduce((sum, x) => sum + x, 0) / this.rows;
      return added.reduce((sum, x) => sum + (x - mean) ** 2, 0) / this.rows;
    });
  }
}

/** Clamps and standardises, each operation rounded to float32 as the graph's are. NaN stays NaN. */
function standardise(term: Term & { kind: 'number' }, x: number): number {
  const clamped = min(max(x, term.low), term.high);
  return fround(fround(clamped - term.mean) * term.scale);
}

function addPart(part: Part, w: Float64Array, product: Float64Array): void {
  const { first } = part;
  if (part.kind === 'code') {
    const { codes } = part;
    for (let r = 0; r < product.length; r++) product[r] = (product[r] ?? 0) + (w[first + (codes[r] ?? 0)] ?? 0);
    return;
  }
  const { values } = part;
  const [slope, whenMissing] = [w[first] ?? 0, w[first + 1] ?? 0];
  for (let r = 0; r < product.length; r++) {
    const x = values[r] ?? 0;
    product[r] = (product[r] ?? 0) + (isNaN(x) ? whenMissing : slope * x);
  }
}

function addTransposed(part: Part, u: Float64Array, product: Float64Array): void {
  const { first } = part;
  if (part.kind === 'code') {
    const { codes } = part;
    for (let r = 0; r < u.length; r++) {
      const at = first + (codes[r] ?? 0);
      product[at] = (product[at] ?? 0) + (u[r] ?? 0);
    }
    return;
  }
  const { values } = part;
  let [slope, whenMissing] = [0, 0];
  for (let r = 0; r < u.length; r++) {
    const x = values[r] ?? 0;
    if (isNaN(x)) whenMissing += u[r] ?? 0;
    else slope += (u[r] ?? 0) * x;
  }
  product[first] = slope;
  product[first + 1] = whenMissing;
}
