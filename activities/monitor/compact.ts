import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { type FeatureSpec, type RawColumn, signatureOf } from '../../steps/features';
import { PREDICTION_COLUMNS as P } from '../../steps/monitor';
import type { Window } from '../../steps/types';
import { withDuckdb, type SqlValues } from '../data/duckdb';
import { identifier } from '../data/sql';
import type { Work, Written } from '../data/work';

export interface CompactOptions {
  /** NDJSON files of closed segments; they may hold rows of other windows. */
  readonly segments: readonly string[];
  readonly model: string;
  readonly window: Window;
  readonly features: FeatureSpec;
}

/** The window's predictions, and the versions that made them, ascending. */
export interface Compacted extends Written {
  readonly versions: readonly number[];
}

const LINES = `columns = {id: 'VARCHAR', event: 'VARCHAR', model: 'VARCHAR', version: 'INTEGER', p: 'DOUBLE', "row": 'MAP(VARCHAR, VARCHAR)'}`;

/**
 * Writes a window's predictions to `predictions.parquet`, by event time, then id: the same segments give the same bytes,
 * whatever files they came in. Without segments it has its columns and no row.
 *
 * @throws PER_DATA_013
 */
export async function compactSegments(work: Work, options: CompactOptions): Promise<Compacted> {
  const { segments, window, model } = options;
  return withDuckdb({ ...work, reads: segments }, async (duck) => {
    const path = `${work.scratch}/predictions.parquet`;
    const raw = signatureOf(options.features).inputs;
    if (segments.length === 0) await duck.writeParquet(nothing(raw), path);
    else {
      const values = { segments, model, from: window.from, to: window.to };
      try {
        await duck.writeParquet(selection(raw), path, { ...values, ...keysOf(raw) });
      } catch (error) {
        throw refusal(error, segments.length, window);
      }
    }
    const { rows, versions } = await duck.row(
      Found,
      `SELECT count(*) AS rows, coalesce(list(DISTINCT ${P.version} ORDER BY ${P.version}), []) AS versions
       FROM read_parquet($path)`,
      { path },
    );
    return { path, rows, versions };
  });
}

const Found = z.object({ rows: z.int(), versions: z.array(z.int()) });

function selection(raw: readonly RawColumn[]): string {
  const columns = raw.map((column, i) => `${valueOf(column, `"row"[$column_${i}]`)} AS ${identifier(column.name)}`);
  const own = [`id AS ${P.id}`, `event::TIMESTAMP AS ${P.event}`, `version AS ${P.version}`, `p AS ${P.probability}`];
  return `
    SELECT ${[...own, ...columns].join(', ')} FROM read_ndjson($segments, ${LINES})
    WHERE model = $model AND event::TIMESTAMP >= $from::TIMESTAMP AND event::TIMESTAMP < $to::TIMESTAMP
    ORDER BY ${P.event}, ${P.id}`;
}

function keysOf(raw: readonly RawColumn[]): SqlValues {
  return Object.fromEntries(raw.map((column, i) => [`column_${i}`, column.name]));
}

function nothing(raw: readonly RawColumn[]): string {
  const own = { [P.id]: 'VARCHAR', [P.event]: 'TIMESTAMP', [P.version]: 'INTEGER', [P.probability]: 'DOUBLE' };
  const all = [...Object.entries(own), ...raw.map((column) => [column.name, SQL_TYPE[column.type]] as const)];
  return `SELECT ${all.map(([name, type]) => `NULL::${type} AS ${identifier(name)}`).join(', ')} WHERE false`;
}

const SQL_TYPE = { number: 'DOUBLE', text: 'VARCHAR', timestamp: 'TIMESTAMP' } as const;

/** A raw column as serving read it: a number, a text, an ISO instant or epoch milliseconds; null stays null. */
function valueOf(column: RawColumn, text: string): string {
  if (column.type === 'text') return text;
  if (column.type === 'number') return `TRY_CAST(${text} AS DOUBLE)`;
  return `coalesce(TRY_CAST(${text} AS TIMESTAMPTZ)::TIMESTAMP, make_timestamp(TRY_CAST(${text} AS BIGINT) * 1000))`;
}

function refusal(error: unknown, segments: number, window: Window): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  if (code !== 'PER_DATA_011') return error;
  const what = `One of ${segments} segments of [${window.from}, ${window.to}) is not as serving writes them.`;
  return perennialError('PER_DATA_013', what, { cause: error });
}
