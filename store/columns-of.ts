/** The rows that a statement unnests, as the arrays that it takes: one a column. All rows are equally long. */
export function columnsOf<Value>(rows: readonly (readonly Value[])[]): (Value | null)[][] {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? null));
}
