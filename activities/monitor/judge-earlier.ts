import { PREDICTION_COLUMNS as P } from '../../steps/monitor';
import type { ReferenceProfile } from '../../steps/train';
import type { Duckdb } from '../data/duckdb';
import { columnsOf } from '../data/schema';
import { type ColumnCounts, compareCounts } from './drift/compare';
import { countColumns } from './drift/count-columns';
import { rowsOf } from './drift/bins';
import { figure, type Finding, insufficient } from './findings';
import { askedBy, countedBy, type DriftSpec, judgedBy, requireColumns } from './judge-drift';

/**
 * Judges how far the features of one version's window have moved from the rows of earlier windows, whatever versions
 * answered those. Values are compared as they came in (a category by its raw spelling, a number as float32 and not clipped).
 */
export async function judgeAgainstEarlier(
  duck: Duckdb,
  given: {
    readonly path: string;
    readonly earlier: string;
    readonly version: number;
    readonly spec: DriftSpec;
    readonly profile: ReferenceProfile;
  },
): Promise<Finding> {
  const { path, earlier, version, spec, profile } = given;
  const judged = judgedBy(spec, Object.keys(profile.features));
  for (const [file, of] of [
    [path, 'the predictions'],
    [earlier, 'the earlier predictions'],
  ] as const) {
    const columns = await columnsOf(duck, file);
    requireColumns(columns, profile, of);
  }
  const columns = Object.entries(profile.features)
    .filter(([name]) => judged.has(name))
    .map(([name, feature]) => {
      const { sql, kind } = countedBy(name, feature);
      return { name, expression: sql, kind: kind === 'text' ? ('category' as const) : kind };
    });
  const samples = [{ files: [earlier] }, { files: [path], where: `${P.version} = ${version}` }];
  const [before, now] = await countColumns(duck, samples, columns);
  const statistic = spec.statistic ?? 'psi';
  const threshold = spec.threshold ?? spec.psi ?? Infinity;
  const pairs = columns.map(({ name }) => [name, before?.get(name), now?.get(name)] as const);
  const rows = { rows: totalOf(pairs[0]?.[2]), earlier: totalOf(pairs[0]?.[1]) };
  const asked = { ...askedBy(spec), reference: 'earlier' };
  if (rows.rows < spec.minRows) return insufficient(`${rows.rows} rows`, { ...rows, asked });
  if (rows.earlier < spec.minRows) return insufficient(`${rows.earlier} earlier rows`, { ...rows, asked });

  const values = pairs.flatMap(([name, reference, current]): [string, number][] => {
    const value = reference && current ? compareCounts(reference, current).statistics[statistic] : null;
    return value === null ? [] : [[name, figure(value)]];
  });
  if (values.length === 0) return insufficient(`no column has a ${statistic}`, { ...rows, asked });
  const moved = values.filter(([, value]) => value >= threshold).map(([name]) => name);
  const evidence = { ...rows, asked, moved, features: Object.fromEntries(values) };
  return { outcome: moved.length > 0 ? 'alarm' : 'ok', evidence };
}

function totalOf(counts: ColumnCounts | undefined): number {
  return counts ? rowsOf(counts.values) + counts.missing : 0;
}
