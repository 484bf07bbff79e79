import {
  DuckDBBigIntVector,
  DuckDBFloatVector,
  type DuckDBVector,
  DuckDBUTinyIntVector,
  DuckDBVarCharVector,
} from '@duckdb/node-api';
import { MISSING_INSTANT, type RawColumn, type Signature } from '../../../steps/features';
import { type ParquetFile, readChunks } from './parquet';
import { from, type RowChoice } from './read-features';
import { labelSql, rawSql } from './sql';

/** One raw column by row, as it enters a model: NaN, '' and the smallest int64 are missing. */
export type RawValues = Float32Array | string[] | BigInt64Array;

/** Rows as requests would carry them, by column name. */
export interface RawRows {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, RawValues>;
}

/** Some rows of a data set, as requests would carry them, with their labels (0 or 1). */
export interface RawBatch extends RawRows {
  readonly labels: Uint8Array;
}

/**
 * Reads the labelled rows of a file as requests would carry them, in the file's order, in batches, so that a large
 * data set never lies in memory as text.
 *
 * @throws PER_MODEL_001, PER_MODEL_005, PER_MODEL_008
 */
export async function readRawBatches(
  file: ParquetFile,
  signature: Signature,
  choice: RowChoice,
  sink: (batch: RawBatch) => Promise<void>,
): Promise<void> {
  const label = labelSql(file, choice.label);
  const columns = signature.inputs.map((input) => rawSql(file, input));
  const query = `SELECT ${[label, ...columns].join(', ')} ${from(choice, label)}`;
  const gathering = new Gathering(signature.inputs, sink);
  await readChunks(file.connection, query, { path: file.path }, (vectors, _first, rows) =>
    gathering.add(vectors, rows),
  );
  await gathering.flush();
}

/** Rows a batch is cut at: DuckDB's chunks of 2,048 fit four times. */
const BATCH_ROWS = 8_192;

class Gathering {
  private rows = 0;
  private labels = new Uint8Array(BATCH_ROWS);
  private values: RawValues[];

  constructor(
    private readonly inputs: readonly RawColumn[],
    private readonly sink: (batch: RawBatch) => Promise<void>,
  ) {
    this.values = this.fresh();
  }

  async add([labels, ...vectors]: DuckDBVector[], rows: number): Promise<void> {
    for (let i = 0; i < rows; i++) {
      if (this.rows === BATCH_ROWS) await this.flush();
      this.labels[this.rows] = labels instanceof DuckDBUTinyIntVector ? (labels.getItem(i) ?? 0) : 0;
      vectors.forEach((vector, k) => {
        putValue(this.values[k], this.rows, vector, i);
      });
      this.rows++;
    }
  }

  async flush(): Promise<void> {
    const { rows, inputs, values } = this;
    if (rows === 0) return;
    const columns = new Map(inputs.map(({ name }, k) => [name, (values[k] ?? []).slice(0, rows)]));
    await this.sink({ rows, columns, labels: this.labels.slice(0, rows) });
    this.rows = 0;
    this.values = this.fresh();
  }

  private fresh(): RawValues[] {
    return this.inputs.map(({ type }) => {
      if (type === 'number') return new Float32Array(BATCH_ROWS);
      return type === 'text' ? new Array<string>(BATCH_ROWS).fill('') : new BigInt64Array(BATCH_ROWS);
    });
  }
}

const MISSING = BigInt(MISSING_INSTANT);

function putValue(target: RawValues | undefined, at: number, vector: DuckDBVector, from: number): void {
  if (vector instanceof DuckDBFloatVector && target instanceof Float32Array) target[at] = vector.getItem(from) ?? NaN;
  else if (vector instanceof DuckDBVarCharVector && Array.isArray(target)) target[at] = vector.getItem(from) ?? '';
  else if (vector instanceof DuckDBBigIntVector && target instanceof BigInt64Array) {
    target[at] = vector.getItem(from) ?? MISSING;
  } else throw new TypeError(`DuckDB answered with ${vector.type.toString()}`);
}
