import { perennialError } from '../../core/errors';
import type { RuleOf } from '../../steps/cleaning-rules';
import { checkExpression } from '../data/check-conditions';
import type { Column } from '../data/schema';
import { identifier } from '../data/sql';
import { type Change, type Cleaning, columnOf, fit, inRow, living, mustFit, REASON } from './change';
import { missing, mustBe } from './rules';

/** @throws PER_DATA_003 PER_DATA_012 PER_DATA_085 */
export async function compileImpute(rule: RuleOf<'impute'>, on: Cleaning): Promise<Change> {
  const column = columnOf(on.stage, rule.column);
  const c = inRow(rule.column);
  const filler = await fillerOf(rule, column, on);
  if (filler === null) return { sets: [], touches: 'false', values: {}, fitted: 'nothing to fill with' };
  return {
    sets: [[rule.column, `CASE WHEN ${missing(column, c)} THEN $${on.key}::VARCHAR::${column.sql} ELSE ${c} END`]],
    values: { [on.key]: filler },
    fitted: `filled with ${filler}`,
  };
}

async function fillerOf(rule: RuleOf<'impute'>, column: Column, on: Cleaning): Promise<string | null> {
  const c = inRow(column.name);
  switch (rule.with) {
    case 'mean': {
      mustBe(column, ['integer', 'number'], 'impute with the mean');
      const mean = await meanOf(column, on);
      return mean === null || column.type === 'number' ? mean : String(BigInt(Math.round(Number(mean))));
    }
    case 'median': {
      mustBe(column, ['integer', 'number', 'timestamp'], 'impute with the median');
      const median = column.type === 'number' ? `quantile_cont(${c}::DOUBLE, 0.5)` : `quantile_disc(${c}, 0.5)`;
      return fit(on, column.type === 'number' ? `${median} FILTER (isfinite(${c}::DOUBLE))` : median);
    }
    case 'mode':
      mustBe(column, ['integer', 'number', 'timestamp', 'text', 'boolean'], 'impute with the mode');
      return fit(
        on,
        'any_value(v)',
        `(SELECT ${c} AS v FROM ${living(on.stage)} b
          WHERE NOT ${missing(column, c)} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1)`,
      );
    default: {
      mustBe(column, ['integer', 'number', 'timestamp', 'text', 'boolean'], 'impute');
      await mustFit(on.duck, column, rule.with.value, rule.name);
      return String(rule.with.value);
    }
  }
}

/** Values by their counts, in one fixed order: the same sum on any number of threads, and little in memory. */
function meanOf(column: Column, on: Cleaning): Promise<string | null> {
  const c = inRow(column.name);
  const term = column.type === 'integer' ? 'v::HUGEINT * n' : 'v::DOUBLE * n ORDER BY v';
  return fit(
    on,
    whereFinite(`(sum(${term}))::DOUBLE / sum(n)`),
    `(SELECT ${c} AS v, count(*) AS n FROM ${living(on.stage)} b WHERE isfinite(${c}::DOUBLE) GROUP BY 1)`,
  );
}

/** A sum of huge numbers is beyond all numbers: then there is no mean. */
function whereFinite(sql: string): string {
  return `CASE WHEN isfinite(${sql}) THEN ${sql} END`;
}

/** @throws PER_DATA_003 PER_DATA_012 PER_DATA_085 */
export async function compileClip(rule: RuleOf<'clip'>, on: Cleaning): Promise<Change> {
  const column = columnOf(on.stage, rule.column);
  mustBe(column, ['integer', 'number'], rule.kind);
  const [min, max] = [await boundOf(rule.min, column, on), await boundOf(rule.max, column, on)];
  for (const bound of [min, max]) await mustFit(on.duck, column, bound, rule.name);
  if (min !== null && max !== null && Number(min) > Number(max)) {
    throw perennialError(
      'PER_DATA_085',
      `Rule '${rule.name}' clips '${column.name}' to at least ${min}, at most ${max}.`,
    );
  }
  const c = inRow(rule.column);
  const [low, high] = [`$${on.key}_min::VARCHAR::${column.sql}`, `$${on.key}_max::VARCHAR::${column.sql}`];
  const whens = [
    `WHEN isnan(${c}::DOUBLE) THEN ${c}`,
    ...(min === null ? [] : [`WHEN ${c} < ${low} THEN ${low}`]),
    ...(max === null ? [] : [`WHEN ${c} > ${high} THEN ${high}`]),
  ];
  return {
    sets: [[rule.column, `CASE ${whens.join(' ')} ELSE ${c} END`]],
    values: {
      ...(min === null ? {} : { [`${on.key}_min`]: min }),
      ...(max === null ? {} : { [`${on.key}_max`]: max }),
    },
    fitted: [...(min === null ? [] : [`at least ${min}`]), ...(max === null ? [] : [`at most ${max}`])].join(', '),
  };
}

/** A bound as text. A quantile is a value of the column, so that clipping twice is clipping once. */
async function boundOf(bound: RuleOf<'clip'>['min'], column: Column, on: Cleaning): Promise<string | null> {
  if (bound === undefined) return null;
  if (typeof bound === 'number') return String(bound);
  const c = inRow(column.name);
  return fit(on, `quantile_disc(${c}, ${bound.quantile}::DOUBLE) FILTER (isfinite(${c}::DOUBLE))`);
}

/** @throws PER_DATA_003 PER_DATA_061 */
export async function compileRepair(rule: RuleOf<'repair'>, { duck, stage }: Cleaning): Promise<Change> {
  const column = columnOf(stage, rule.column);
  await checkExpression(duck, stage, rule.where, 'condition');
  await checkExpression(duck, stage, rule.to, 'value');
  const c = inRow(rule.column);
  // Rows in quarantine take no further part: an expression must not fail on one that was refused for that very reason.
  const sql = `CASE WHEN b.${REASON} IS NULL AND (${rule.where}) THEN (${rule.to})::${column.sql} ELSE ${c} END`;
  return { sets: [[rule.column, sql]], values: {} };
}

/** @throws PER_DATA_003 PER_DATA_012 */
export async function compileOutliers(rule: RuleOf<'outliers'>, on: Cleaning): Promise<Change> {
  const column = columnOf(on.stage, rule.column);
  mustBe(column, ['integer', 'number'], rule.kind);
  const by = (rule.by ?? []).map((name) => inRow(columnOf(on.stage, name).name));
  const c = inRow(rule.column);
  const fences = await fencesOf(rule, column, by, on);
  const [low, high] = [`(${c}::DOUBLE < f.fence_low)`, `(${c}::DOUBLE > f.fence_high AND NOT isnan(${c}::DOUBLE))`];
  const out = `coalesce(${low} OR ${high}, false)`;
  const [ceil, floor] = column.type === 'integer' ? ['ceil', 'floor'] : ['', ''];
  const clipped = `CASE WHEN ${low} THEN (${ceil}(f.fence_low))::${column.sql}
    WHEN ${high} THEN (${floor}(f.fence_high))::${column.sql} ELSE ${c} END`;
  const values = { quarantine: c, clip: clipped, null: `CASE WHEN NOT ${out} THEN ${c} END` };
  return {
    sets: [[rule.column, values[rule.action]]],
    touches: out,
    ...(rule.action === 'quarantine' ? { refuses: out } : {}),
    join: `LEFT JOIN ${fences} f ON ${['true', ...by.map((g, i) => `${g} IS NOT DISTINCT FROM f.group_${i}`)].join(' AND ')}`,
    values: {},
  };
}

/** The fences of each group in a table of their own: exact quartiles, linear between neighbours. */
async function fencesOf(rule: RuleOf<'outliers'>, column: Column, by: string[], on: Cleaning): Promise<string> {
  const c = `${inRow(column.name)}::DOUBLE`;
  const table = identifier(`fences_${on.key}`);
  const groups = by.map((g, i) => `${g} AS group_${i}, `).join('');
  const grouped = by.length === 0 ? '' : `GROUP BY ${by.join(', ')}`;
  await on.duck.run(
    `CREATE TEMP TABLE ${table} AS
     SELECT * EXCLUDE (q), q[1] - $factor::DOUBLE * (q[2] - q[1]) AS fence_low, q[2] + $factor::DOUBLE * (q[2] - q[1]) AS fence_high
     FROM (SELECT ${groups}quantile_cont(${c}, [0.25, 0.75]) FILTER (isfinite(${c})) AS q FROM ${living(on.stage)} b ${grouped})`,
    { ...on.stage.values, factor: rule.factor },
  );
  return table;
}
