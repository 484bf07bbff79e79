import { perennialError } from '../../../core/errors';
import type { FeatureSpec, Label } from '../../../steps/features';
import type { SegmentBy } from '../../../steps/weak-segments';
import { plainType } from '../../data/schema';
import { identifier } from '../../data/sql';
import { type ParquetFile, readChunks } from '../../train/features/parquet';
import { from } from '../../train/features/read-features';
import { calendarOverSql, labelSql, presentNumberSql, rawSql, requireColumn, textSql } from '../../train/features/sql';
import type { SegmentColumn } from './bin-columns';

/** What rows are told apart by, as SQL that gives a number or a text. */
interface Asked {
  readonly name: string;
  readonly sql: string;
  readonly kind: SegmentColumn['kind'];
}

/** Labelled rows in the file's order. `scores` is null where no column of them was asked for. */
export interface ReadRows {
  readonly labels: Uint8Array;
  readonly scores: Float64Array | null;
  readonly columns: readonly SegmentColumn[];
}

/**
 * The features of a model, before they are fitted: numbers and categories as they come, calendar parts by their place.
 *
 * @throws PER_MODEL_001, PER_MODEL_005
 */
export function askedByFeatures(file: ParquetFile, { features }: FeatureSpec): Asked[] {
  return features.map((feature): Asked => {
    const { name } = feature;
    switch (feature.kind) {
      case 'number':
        return { name, kind: 'number', sql: presentNumberSql(file, feature) };
      case 'category':
        return { name, kind: 'category', sql: textSql(file, feature) };
      case 'calendar': {
        return { name, kind: 'number', sql: calendarOverSql((column) => rawSql(file, column), feature) };
      }
    }
  });
}

/**
 * Columns and expressions, each a number, a text or a boolean.
 *
 * @throws PER_DATA_111 for what is of another type, or cannot be worked out
 */
export async function askedByName(file: ParquetFile, by: readonly SegmentBy[]): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const one of by) {
    const { name, expression } = typeof one === 'string' ? { name: one, expression: identifier(one) } : one;
    if (asked.some((other) => other.name === name)) {
      throw perennialError('PER_DATA_111', `'${name}' is named twice.`);
    }
    const type = await typeOf(file, name, expression);
    asked.push({ name, kind: kindOf(name, type), sql: `(${expression})` });
  }
  return asked;
}

async function typeOf(file: ParquetFile, name: string, expression: string): Promise<string> {
  try {
    const described = `SELECT type FROM (DESCRIBE SELECT (${expression}) FROM read_parquet($path)) AS d(name, type, n, k, f, e)`;
    const reader = await file.connection.runAndReadAll(described, { path: file.path });
    return String(reader.getRows()[0]?.[0]);
  } catch (cause) {
    const there = [...file.types.keys()].join(', ');
    throw perennialError('PER_DATA_111', `'${name}' cannot be worked out over the columns ${there}.`, { cause });
  }
}

function kindOf(name: string, type: string): SegmentColumn['kind'] {
  switch (plainType(type)) {
    case 'integer':
    case 'number':
      return 'number';
    case 'text':
    case 'boolean':
      return 'category';
    default:
      throw perennialError('PER_DATA_111', `'${name}' is a ${type}, which is neither a number, a text nor a boolean.`);
  }
}

/**
 * Reads the labelled rows of a file: label, columns, and a column of probabilities where one is named.
 *
 * @throws PER_MODEL_001, PER_MODEL_005, PER_MODEL_008
 */
export async function readRows(
  file: ParquetFile,
  label: Label,
  asked: readonly Asked[],
  score: string | null,
): Promise<ReadRows> {
  const labelled = labelSql(file, label);
  if (score !== null) requireColumn(file, score, 'number');
  const columns = asked.map(({ sql, kind }) =>
    kind === 'number' ? `TRY_CAST(${sql} AS DOUBLE)` : `CAST(${sql} AS VARCHAR)`,
  );
  const scored = score === null ? 'CAST(NULL AS DOUBLE)' : `TRY_CAST(${identifier(score)} AS DOUBLE)`;
  const query = `SELECT ${[labelled, scored, ...columns].join(', ')} ${from({ label, every: 1 }, labelled)}`;
  const [labels, scores]: [number[], number[]] = [[], []];
  const gathered = asked.map((): (number | string | null)[] => []);
  // A text that many rows have is kept once.
  const texts = new Map<string, string>();
  await readChunks(file.connection, query, { path: file.path }, ([ofLabel, ofScore, ...vectors], _first, rows) => {
    for (let i = 0; i < rows; i++) {
      labels.push(Number(ofLabel?.getItem(i) ?? 0));
      scores.push(Number(ofScore?.getItem(i) ?? NaN));
      vectors.forEach((vector, k) => {
        const value: unknown = vector.getItem(i);
        if (typeof value === 'string') {
          const known = texts.get(value) ?? value;
          texts.set(value, known);
          gathered[k]?.push(known);
        } else gathered[k]?.push(typeof value === 'number' ? value : null);
      });
    }
  });
  return {
    labels: Uint8Array.from(labels),
    scores: score === null ? null : Float64Array.from(scores),
    columns: asked.map(({ name, kind }, k): SegmentColumn => {
      const values = gathered[k] ?? [];
      return kind === 'number'
        ? { name, kind, values: Float64Array.from(values, (value) => (typeof value === 'number' ? value : NaN)) }
        : { name, kind, values: values.map((value) => (typeof value === 'string' ? value : null)) };
    }),
  };
}
