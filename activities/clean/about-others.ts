import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { RuleOf } from '../../steps/cleaning-rules';
import { ROW_NUMBER } from '../data/row-number';
import { columnIn } from '../data/schema';
import { identifier } from '../data/sql';
import { type Change, type Cleaning, columnOf, inRow, REASON, type Reference } from './change';

const Twice = z.object({ key: z.string() });

/** @throws PER_DATA_003 PER_DATA_012 PER_DATA_015 PER_DATA_087 PER_DATA_088 */
export async function compileLookUp(rule: RuleOf<'look-up'>, on: Cleaning): Promise<Change> {
  const other = on.against.get(rule.reference);
  if (other === undefined) {
    const there = [...on.against.keys()].join(', ') || 'none';
    throw perennialError(
      'PER_DATA_088',
      `Rule '${rule.name}' looks up in '${rule.reference}'; handed over in 'against': ${there}.`,
    );
  }
  const keys = keysOf(rule, on, other);
  for (const name of rule.take) {
    columnIn(other.columns, name, `'${rule.reference}'`);
    if (!on.stage.columns.some((column) => column.name === name)) continue;
    throw perennialError(
      'PER_DATA_015',
      `Rule '${rule.name}' takes '${name}', which the data set to clean has already.`,
    );
  }
  const [path, theirs] = [`${on.key}_path`, keys.map(([, their]) => identifier(their))];
  const known = theirs.map((their) => `${their} IS NOT NULL`).join(' AND ');
  const [twice] = await on.duck.rows(
    Twice,
    `SELECT to_json([${theirs.map((t) => `${t}::VARCHAR`).join(', ')}])::VARCHAR AS key FROM read_parquet($path)
     WHERE ${known} GROUP BY ${theirs.join(', ')} HAVING count(*) > 1 ORDER BY ${theirs.join(', ')} LIMIT 1`,
    { path: other.path },
  );
  if (twice) throw perennialError('PER_DATA_087', `Rule '${rule.name}': ${twice.key} is in '${rule.reference}' twice.`);

  const taken = rule.take.map((name, i) => `${identifier(name)} AS taken_${i}`);
  const selected = [...theirs.map((their, i) => `${their} AS key_${i}`), ...taken, 'true AS found'];
  const matches = keys.map(([our], i) => `${inRow(our)} = l.key_${i}`).join(' AND ');
  const unmatched = '(l.found IS NULL)';
  return {
    sets: rule.take.map((name, i) => [name, `l.taken_${i}`] as const),
    touches: unmatched,
    ...(rule.onNoMatch === 'quarantine' ? { refuses: unmatched } : {}),
    join: `LEFT JOIN (SELECT ${selected.join(', ')} FROM read_parquet($${path})) l ON ${matches}`,
    values: { [path]: other.path },
  };
}

function keysOf(rule: RuleOf<'look-up'>, { stage }: Cleaning, other: Reference): (readonly [string, string])[] {
  const theirs = rule.theirs ?? rule.columns;
  if (theirs.length !== rule.columns.length) {
    throw perennialError(
      'PER_DATA_085',
      `Rule '${rule.name}' has ${rule.columns.length} columns of a key here and ${theirs.length} there.`,
    );
  }
  return rule.columns.map((name, i) => {
    const our = columnOf(stage, name);
    const their = columnIn(other.columns, theirs[i] ?? name, `'${rule.reference}'`);
    if (our.type === their.type) return [our.name, their.name] as const;
    throw perennialError(
      'PER_DATA_012',
      `'${our.name}' (${our.sql}) cannot be looked up as '${their.name}' (${their.sql}) of '${rule.reference}'.`,
    );
  });
}

/** @throws PER_DATA_003 */
export function compileForwardFill(rule: RuleOf<'forward-fill'>, { stage }: Cleaning): Change {
  const c = inRow(columnOf(stage, rule.column).name);
  const time = inRow(columnOf(stage, rule.time).name);
  const by = rule.by.map((name) => inRow(columnOf(stage, name).name));
  const known = [time, ...by].map((part) => `${part} IS NOT NULL`);
  // What was refused fills nothing.
  const able = `(b.${REASON} IS NULL AND ${known.join(' AND ')})`;
  const last = `last_value(CASE WHEN ${able} THEN ${c} END IGNORE NULLS) OVER (
    PARTITION BY ${by.join(', ')} ORDER BY ${time}, b.${ROW_NUMBER} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`;
  const filled = `CASE WHEN ${c} IS NULL AND ${able} THEN ${last} ELSE ${c} END`;
  return { sets: [[rule.column, filled]], sorts: true, values: {} };
}
