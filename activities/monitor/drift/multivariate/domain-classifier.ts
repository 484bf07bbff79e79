import { GbdtParameters } from '../../../../steps/train';
import type { EncodedColumn } from '../../../train/features/encoded';
import { aucWithVariance } from './delong';
import { joinTables, type RowTable, type TableColumn } from './row-table';
import { Z_95 } from '../../../evaluate/metrics/normal';

/** What a classifier that tells the current rows from the reference's comes to. */
export interface DomainDrift {
  /** Mean over the folds of the area under the ROC curve, each on rows that its model was not trained on. 0.5: no difference is seen. */
  readonly auc: number;
  /** 95 % interval of it: DeLong's variances of the folds, taken as independent. */
  readonly low: number;
  readonly high: number;
  /** Whether `auc` reaches the threshold and the interval lies above 0.5. */
  readonly alarm: boolean;
}

export interface DomainOptions {
  /** Default 0.65, NannyML's. */
  readonly threshold?: number;
  readonly folds?: number;
  /** By which rows are dealt to folds: the same seed, the same figures. */
  readonly seed?: number;
  /** Parameters of the built-in `gbdt`; fewer trees than for a model do. */
  readonly parameters?: Partial<GbdtParameters>;
  readonly signal?: AbortSignal;
}

/**
 * Trains the built-in `gbdt` to tell the current rows from the reference's, and says how well it does on rows that it has not
 * seen. It sees what statistics by column do not: whatever way columns go together. It blocks its thread while it
 * trains: call it in a step with `isolate: true`.
 *
 * @throws RangeError with fewer than two rows a fold on a side, or other columns on one side than on the other
 * @example
 * const { auc, alarm } = await domainClassifier(january, february, { threshold: 0.65 });
 */
export async function domainClassifier(
  reference: RowTable,
  current: RowTable,
  options: DomainOptions = {},
): Promise<DomainDrift> {
  const { threshold = 0.65, folds = 5, seed = 1, signal = new AbortController().signal } = options;
  if (!Number.isInteger(folds) || folds < 2) throw new RangeError(`${folds} folds`);
  const fewest = Math.min(reference.rows, current.rows);
  if (fewest < 2 * folds) throw new RangeError(`${fewest} rows on a side are too few for ${folds} folds`);
  // Loaded late: who measures columns one by one needs no trainer.
  const { gbdt } = await import('../../../train/gbdt/trainer.js');
  const parameters = GbdtParameters.parse({ trees: 50, leaves: 15, ...options.parameters });
  const all = joinTables([reference, current]);
  const columns = all.columns.map(encoded);
  const foldOf = [...dealt(reference.rows, folds, seed), ...dealt(current.rows, folds, seed + 1)];
  const rowsWhere = (isTaken: (fold: number) => boolean): number[] =>
    foldOf.flatMap((fold, row) => (isTaken(fold) ? [row] : []));
  const estimates: { auc: number; variance: number }[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const [train, test] = [rowsWhere((f) => f !== fold), rowsWhere((f) => f === fold)];
    const labels = Uint8Array.from(train, (row) => Number(row >= reference.rows));
    const positives = labels.reduce((sum, label) => sum + label, 0);
    const data = { rows: train.length, positives, labels, columns: columns.map((column) => taken(column, train)) };
    const features = { spec: { features: [] }, vocabularies: new Map() };
    const fitted = await gbdt.fit(data, features, parameters, { threads: 1, seed, signal, progress: () => undefined });
    const scores = fitted.predict(
      columns.map((column) => taken(column, test)),
      test.length,
    );
    const of = (isCurrent: boolean): number[] =>
      test.flatMap((row, i) => (row >= reference.rows === isCurrent ? [scores[i] ?? NaN] : []));
    const estimate = aucWithVariance(of(true), of(false));
    if (estimate !== null) estimates.push(estimate);
  }
  const auc = estimates.reduce((sum, estimate) => sum + estimate.auc, 0) / estimates.length;
  const error = Math.sqrt(estimates.reduce((sum, { variance }) => sum + variance, 0)) / estimates.length;
  const [low, high] = [Math.max(0, auc - Z_95 * error), Math.min(1, auc + Z_95 * error)];
  return { auc, low, high, alarm: auc >= threshold && low > 0.5 };
}

/** Folds of nearly equal size, dealt by a shuffle (Fisher & Yates, with the generator of Park & Miller 1988). */
function dealt(rows: number, folds: number, seed: number): number[] {
  const fold = Array.from({ length: rows }, (_, row) => row % folds);
  let state = (Math.abs(Math.trunc(seed)) % 2147483646) + 1;
  for (let i = rows - 1; i > 0; i--) {
    state = (state * 48271) % 2147483647;
    const j = state % (i + 1);
    [fold[i], fold[j]] = [fold[j] ?? 0, fold[i] ?? 0];
  }
  return fold;
}

/** The most codes of a category that a trainer takes; those less frequent share one. */
const CODES = 255;

function encoded(column: TableColumn): EncodedColumn {
  const { name } = column;
  if (column.kind === 'number') {
    return {
      kind: 'number',
      feature: { kind: 'number', name, column: name },
      values: Float32Array.from(column.values),
    };
  }
  const counts = new Map<string, number>();
  for (const value of column.values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  const frequent = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, CODES - 1);
  const codes = new Map(frequent.map(([value], i) => [value, i + 1]));
  return {
    kind: 'category',
    feature: { kind: 'category', name, column: name, normalise: [] },
    codes: Uint16Array.from(column.values, (value) => (value === null ? 0 : (codes.get(value) ?? 0))),
    size: codes.size + 1,
  };
}

function taken(column: EncodedColumn, rows: readonly number[]): EncodedColumn {
  if (column.kind === 'number')
    return { ...column, values: Float32Array.from(rows, (row) => column.values[row] ?? NaN) };
  return { ...column, codes: Uint16Array.from(rows, (row) => column.codes[row] ?? 0) };
}
