import { withDuckdb } from '../../data/duckdb';
import { withScratch } from '../../data/scratch';
import { type ColumnDrift, compareCounts } from './compare';
import { countColumns, type DriftColumn, type Sample } from './count-columns';

/** What to compare with what, and with how much of the machine. */
export interface DriftOptions {
  /** What was. */
  readonly reference: Sample;
  /** What is. */
  readonly current: Sample;
  /** Columns of both samples, by name or with more about them. */
  readonly columns: readonly (string | DriftColumn)[];
  /** Ends the scan: a step passes on its own. */
  readonly signal?: AbortSignal;
  /** Threads of the scan; default: up to 4. The figures are the same for every number of them. */
  readonly threads?: number;
  /** Such as `1GB`, the default. Resident memory was seen at up to twice this. */
  readonly memoryLimit?: string;
}

/** How far each column has moved, by its name. */
export interface DriftReport {
  readonly columns: Readonly<Record<string, ColumnDrift>>;
}

/**
 * Measures how far columns have moved between two samples of Parquet files: exact counts of all values in one scan, then
 * every statistic from them. Conventions and which statistic to choose: docs/DRIFT.md.
 *
 * @throws PER_DATA_045 a column of a type that has no drift
 * @throws PER_DATA_011 a file or a column that is not there; the cause says which
 * @example
 * const { columns } = await measureDrift({
 *   reference: { files: [flights], where: "date < '2001-02-01'" },
 *   current: { files: [flights], where: "date >= '2001-06-01' AND date < '2001-07-01'" },
 *   columns: ['delay', 'origin', { name: 'hour', expression: 'hour(date)' }],
 * });
 * const moved = columns['origin']?.statistics['jensen-shannon'];
 */
export async function measureDrift(options: DriftOptions): Promise<DriftReport> {
  const { reference, current, columns } = options;
  const [before, after] = await countSamples([reference, current], columns, options);
  const pairs = [...(before ?? [])].flatMap(([name, counts]): [string, ColumnDrift][] => {
    const now = after?.get(name);
    return now ? [[name, compareCounts(counts, now)]] : [];
  });
  return { columns: Object.fromEntries(pairs) };
}

/**
 * Counts the values of columns in several samples, in one scan: what {@link compareCounts} and the error bands take.
 *
 * @returns by sample, in their order; then by column name
 * @throws PER_DATA_045 a column of a type that has no drift
 * @throws PER_DATA_011 a file or a column that is not there; the cause says which
 * @example
 * const weeks = await countSamples([{ files: [first] }, { files: [second] }], ['delay']);
 * const delays = weeks.map((week) => week.get('delay'));
 */
export async function countSamples(
  samples: readonly Sample[],
  columns: DriftOptions['columns'],
  options: Pick<DriftOptions, 'signal' | 'threads' | 'memoryLimit'> = {},
): Promise<Awaited<ReturnType<typeof countColumns>>> {
  const { signal = new AbortController().signal, threads, memoryLimit } = options;
  const reads = [...new Set(samples.flatMap(({ files }) => files))];
  const wanted = columns.map((column) => (typeof column === 'string' ? { name: column } : column));
  return withScratch((scratch) =>
    withDuckdb(
      {
        scratch,
        signal,
        reads,
        ...(threads !== undefined && { threads }),
        ...(memoryLimit !== undefined && { memoryLimit }),
      },
      (duck) => countColumns(duck, samples, wanted),
    ),
  );
}
