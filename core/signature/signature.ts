/** What a raw column holds at the border: a number, a category's text, or an instant. */
export type ColumnType = 'number' | 'text' | 'timestamp';

/** One raw feature column, which is also one ONNX input of that name. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** What a model version asks for and answers. Stored as JSON with the version. */
export interface Signature {
  readonly inputs: readonly Column[];
  /** The name of the one float output: a probability a row. */
  readonly output: 'probability';
  /** The timestamp column that says when a row happened; without it a row happens when it is asked. */
  readonly eventTime?: string | undefined;
  /** What admission measured, so that serving knows when a process has stalled. */
  readonly probe?: ProbeTimes | undefined;
}

/** Times of a model's probe, milliseconds. */
export interface ProbeTimes {
  readonly loadMs: number;
  /** A run over one row. */
  readonly rowMs: number;
  /** The slowest run of the probe: a full request's rows. */
  readonly slowestMs: number;
}
