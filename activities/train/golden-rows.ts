import { MISSING_TIMESTAMP, readCell, type Row } from '../../core/signature';
import type { RawColumn } from '../../steps/features';
import type { Golden } from '../deploy/admission';
import type { RawBatch } from './features/read-raw';

/** Rows that go with a model to its admission. */
const GOLDEN_ROWS = 100;

/**
 * Gathers some rows as requests would carry them, each with the trainer's own probability. What no request may carry (a
 * text too long, an instant out of range) is passed over.
 */
export class GoldenRows {
  private readonly rows: Row[] = [];
  private readonly probabilities: number[] = [];
  private seen = 0;

  /** @param every takes each n-th row that is offered, so that the rows are from all over the data set */
  constructor(
    private readonly inputs: readonly RawColumn[],
    private readonly every: number,
  ) {}

  /** A stride that takes about as many rows as are wanted, of `rows`. */
  static strideFor(rows: number): number {
    return Math.max(1, Math.floor(rows / GOLDEN_ROWS));
  }

  /** Takes what it wants of a batch; `expected` is the trainer's answer by row of the batch. */
  offer(batch: RawBatch, expected: Float64Array): void {
    for (let i = 0; i < batch.rows && this.rows.length < GOLDEN_ROWS; i++) {
      if (this.seen++ % this.every !== 0) continue;
      const row = rowAt(this.inputs, batch, i);
      if (row === null) continue;
      this.rows.push(row);
      this.probabilities.push(expected[i] ?? NaN);
    }
  }

  /** What admission compares the model with; without a row when none could be asked. */
  golden(): Golden {
    return { rows: this.rows, probabilities: this.probabilities };
  }
}

function rowAt(inputs: readonly RawColumn[], batch: RawBatch, i: number): Row | null {
  const row: [string, Row[string]][] = [];
  for (const { name, type } of inputs) {
    const read = readCell(type, asJson(batch.columns.get(name)?.[i]));
    if (!read.ok) return null;
    row.push([name, read.cell]);
  }
  return Object.fromEntries(row);
}

/** A raw value as JSON carries it: missing and infinite numbers, missing texts and missing instants are null. */
function asJson(value: number | string | bigint | undefined): number | string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return value === MISSING_TIMESTAMP ? null : Number(value);
  return value === undefined || value === '' ? null : value;
}
