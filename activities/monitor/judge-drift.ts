import { perennialError } from '../../core/errors';
import type { Json } from '../../core/plan/json';
import { PREDICTION_COLUMNS as P, type MonitorSpec } from '../../steps/monitor';
import { rawColumns } from '../../steps/features';
import type { FeatureProfile, ReferenceProfile } from '../../steps/train';
import type { Raw } from '../train/features/condition-sql';
import { calendarOverSql, millisSql, numberOverSql, textOverSql } from '../train/features/sql';
import type { Duckdb } from '../data/duckdb';
import { columnIn, columnsOf } from '../data/schema';
import { identifier } from '../data/sql';
import { countValues, type Counted, type Counts } from './count-values';
import { countInBins } from './drift/bins';
import { distanceOf, type Distance } from './drift/distance';
import { figure, type Finding, insufficient } from './findings';

export type DriftSpec = Extract<MonitorSpec, { kind: 'drift' }>;

/** The name that the scores go by beside the features. */
const SCORES = 'scores';

/**
 * Judges how far the features and the scores of one version's window have moved from the rows it was trained on.
 * A category's values that training did not see count as unknown, as they do for the model.
 */
export async function judgeDrift(
  duck: Duckdb,
  given: {
    readonly path: string;
    readonly version: number;
    readonly spec: DriftSpec;
    readonly profile: ReferenceProfile;
  },
): Promise<Finding> {
  const { path, version, spec, profile } = given;
  const columns = await columnsOf(duck, path);
  requireColumns(columns, profile, 'the predictions');
  const judged = judgedBy(spec, [...Object.keys(profile.features), SCORES]);
  const counted = [
    ...Object.entries(profile.features).map(([name, feature]) => countedBy(`feature:${name}`, feature)),
    { name: SCORES, sql: P.probability, kind: 'number' as const },
  ];
  const where = `read_parquet($path) WHERE ${P.version} = $version`;
  const counts =
    (await countValues(duck, where, "'window'", counted, { path, version })).get('window') ?? new Map<string, Counts>();
  const scores = counts.get(SCORES) ?? NOTHING;
  const rows = totalOf(scores);
  const asked = askedBy(spec);
  if (rows < spec.minRows) return insufficient(`${rows} rows`, { rows, asked });

  const features = Object.entries(profile.features).map(
    ([name, feature]) => [name, distanceFrom(feature, counts.get(`feature:${name}`) ?? NOTHING)] as const,
  );
  const score = distanceOf(profile.score.counts, countInBins(scores.numbers, profile.score.edges));
  const all = [...features, [SCORES, score] as const];
  const moved = all.filter(([name, distance]) => judged.has(name) && reaches(spec, distance)).map(([name]) => name);
  const evidence = {
    rows,
    asked,
    moved,
    features: Object.fromEntries(features.map(([name, distance]) => [name, told(distance)])),
    scores: told(score),
  };
  return { outcome: moved.length > 0 ? 'alarm' : 'ok', evidence };
}

/** @throws PER_DATA_003 where a data set lacks a column that a feature reads */
export function requireColumns(columns: Parameters<typeof columnIn>[0], profile: ReferenceProfile, of: string): void {
  for (const { name } of Object.values(profile.features).flatMap(rawColumns)) columnIn(columns, name, of);
}

/** What a monitor asks for, as evidence tells it. */
export function askedBy(spec: DriftSpec): { readonly [key: string]: Json } {
  const { psi, statistic, threshold, columns, minRows } = spec;
  if (psi !== undefined && columns === undefined) return { psi, minRows };
  return { statistic: statistic ?? 'psi', threshold: threshold ?? psi ?? null, columns: columns ?? null, minRows };
}

/**
 * The columns that a monitor judges.
 *
 * @throws PER_DATA_046 one that is not there
 */
export function judgedBy({ name, columns }: DriftSpec, there: readonly string[]): ReadonlySet<string> {
  const unknown = columns?.find((column) => !there.includes(column));
  if (unknown === undefined) return new Set(columns ?? there);
  throw perennialError('PER_DATA_046', `Monitor '${name}' names column '${unknown}'; there are: ${there.join(', ')}.`);
}

function reaches({ psi, statistic, threshold }: DriftSpec, distance: Distance): boolean {
  const value = statistic === 'jensen-shannon' ? distance.jensenShannon : distance.psi;
  return value >= (psi ?? threshold ?? Infinity);
}

const NOTHING: Counts = { numbers: [], texts: [], missing: 0 };

function totalOf({ numbers, texts, missing }: Counts): number {
  return [...numbers, ...texts].reduce((sum, v) => sum + v.rows, missing);
}

function told({ psi, jensenShannon }: Distance): { psi: number; jensenShannon: number } {
  return { psi: figure(psi), jensenShannon: figure(jensenShannon) };
}

/** What to count for a feature, from the raw columns of the window. */
export function countedBy(name: string, feature: FeatureProfile): Counted {
  switch (feature.kind) {
    case 'number':
      return { name, sql: numberOverSql(rawOf, { ...feature, missing: feature.sentinels }), kind: 'number' };
    case 'category':
      return { name, sql: textOverSql(rawOf, feature), kind: 'text' };
    case 'calendar':
      return { name, sql: calendarOverSql(rawOf, { ...feature, missing: feature.sentinels }), kind: 'number' };
  }
}

/** A raw column as a model takes it. What does not fit a float32 is missing to it. */
const rawOf: Raw = ({ name, type }) => {
  const column = identifier(name);
  if (type === 'number') return `TRY_CAST(${column} AS FLOAT)`;
  return type === 'text' ? `${column}::VARCHAR` : `(${millisSql(`${column}::TIMESTAMP`)})`;
};

/** Reference and window over the same bins, the last of which is what is missing or unknown. */
function distanceFrom(feature: FeatureProfile, current: Counts): Distance {
  switch (feature.kind) {
    case 'number': {
      const [low, high] = feature.clip ?? [-Infinity, Infinity];
      const clipped = current.numbers.map(({ value, rows }) => ({ value: clip(value, low, high), rows }));
      const { fill } = feature;
      const filled = fill === undefined ? [] : [{ value: fill, rows: current.missing }];
      const counts = countInBins([...clipped, ...filled], feature.edges);
      return distanceOf([...feature.counts, feature.missing], [...counts, fill === undefined ? current.missing : 0]);
    }
    case 'calendar': {
      const counts = feature.counts.map(() => 0);
      for (const { value, rows } of current.numbers) counts[value] = (counts[value] ?? 0) + rows;
      return distanceOf([...feature.counts, feature.missing], [...counts, current.missing]);
    }
    case 'category': {
      const values = Object.keys(feature.counts);
      const seen = new Map(values.map((value) => [value, 0]));
      let unknown = 0;
      // A missing text counts as the value that stands in for it, where there is one.
      for (const { value: raw, rows } of [...current.texts, { value: '', rows: current.missing }]) {
        const value = Object.hasOwn(feature.spellings, raw) ? (feature.spellings[raw] ?? raw) : raw;
        const before = seen.get(value);
        if (before === undefined) unknown += rows;
        else seen.set(value, before + rows);
      }
      const reference = values.map((value) => feature.counts[value] ?? 0);
      return distanceOf([...reference, feature.unknown], [...values.map((value) => seen.get(value) ?? 0), unknown]);
    }
  }
}

function clip(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, Math.fround(low)), Math.fround(high));
}
