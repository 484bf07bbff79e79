import type { Json } from '../../core/plan/json';

/** A data set version: what its bytes hold. Two versions with one `rowsDigest` hold the same rows in another form. */
export interface DatasetRow {
  readonly digest: string;
  readonly rowsDigest: string;
  /** `{columns: [{name, type, sql}], time}`: names, plain types, DuckDB's types, and the column that windows cut by. */
  readonly schema: Json;
  /** By column: nulls, distinct, min, max, mean, deciles, most frequent values. */
  readonly profile: Json;
  readonly rows: number;
  /** Oldest and newest instant in it, both inclusive; null without an instant. */
  readonly timeFrom: string | null;
  readonly timeTo: string | null;
  /** The run and node that made it first. */
  readonly run: string | null;
  readonly address: string | null;
  readonly recordedAt: string;
}
