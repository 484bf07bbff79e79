import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { RuleOf } from '../../steps/cleaning-rules';
import { checkPatterns } from '../data/check-patterns';
import type { Duckdb } from '../data/duckdb';
import { textLiteral } from '../data/sql';
import { type Change, type Cleaning, columnOf, inRow, mustFit, unusedName } from './change';
import { mustBe } from './rules';

/** White space of Unicode. DuckDB's own `trim` knows the blank alone. */
const WHITE = textLiteral(
  ' \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff',
);

/** @throws PER_DATA_003 PER_DATA_012 */
export function compileTexts(rule: RuleOf<'trim' | 'case' | 'nfc'>, { stage }: Cleaning): Change {
  const sets = rule.columns.map((name) => {
    mustBe(columnOf(stage, name), ['text'], rule.kind);
    const text = `${inRow(name)}::VARCHAR`;
    switch (rule.kind) {
      case 'trim':
        return [name, `trim(${text}, ${WHITE})`] as const;
      case 'case':
        return [name, `${rule.to}(${text})`] as const;
      case 'nfc':
        return [name, `nfc_normalize(${text})`] as const;
    }
  });
  return { sets, values: {} };
}

/** @throws PER_DATA_003 PER_DATA_009 PER_DATA_012 PER_DATA_085 */
export async function compileReplace(rule: RuleOf<'replace'>, { duck, stage, key }: Cleaning): Promise<Change> {
  const { columns, pattern, with: by } = rule;
  for (const name of columns) mustBe(columnOf(stage, name), ['text'], rule.kind);
  await checkPatterns(duck, [pattern]);
  const values = { [`${key}_pattern`]: pattern, [`${key}_by`]: by };
  const replaced = (text: string): string => `regexp_replace(${text}, $${key}_pattern, $${key}_by, 'g')`;
  // DuckDB leaves a text as it is when a group is named that the pattern lacks: nothing would be replaced, and nobody told.
  const probe = "SELECT regexp_replace('', '(?:' || $pattern || ')|^', 'x' || $by, 'g') <> '' AS fits";
  if (!(await duck.row(z.object({ fits: z.boolean() }), probe, { pattern, by })).fits) {
    const message = `Rule '${rule.name}' puts '${by}' in the place of /${pattern}/, which has not that many groups.`;
    throw perennialError('PER_DATA_085', message);
  }
  return { sets: columns.map((name) => [name, replaced(`${inRow(name)}::VARCHAR`)] as const), values };
}

/** @throws PER_DATA_003 PER_DATA_012 PER_DATA_085 */
export async function compileMap(rule: RuleOf<'map'>, { duck, stage, key }: Cleaning): Promise<Change> {
  const column = columnOf(stage, rule.column);
  mustBe(column, ['text', 'integer', 'boolean'], rule.kind);
  const { otherwise } = rule;
  const other = otherwise === 'keep' || otherwise === null ? null : otherwise.value;
  const pairs = Object.entries(rule.values);
  for (const value of [...pairs.map(([, to]) => to), other]) await mustFit(duck, column, value, rule.name);
  const c = inRow(rule.column);
  const whens = pairs.map((_, i) => `WHEN ${c}::VARCHAR = $${key}_from${i} THEN $${key}_to${i}::VARCHAR`);
  const rest = otherwise === 'keep' ? `${c}::VARCHAR` : `$${key}_other::VARCHAR`;
  const values = pairs.flatMap(([from, to], i) => [
    [`${key}_from${i}`, from] as const,
    [`${key}_to${i}`, to === null ? null : String(to)] as const,
  ]);
  return {
    sets: [[rule.column, `(CASE WHEN ${c} IS NULL THEN NULL ${whens.join(' ')} ELSE ${rest} END)::${column.sql}`]],
    values: {
      ...Object.fromEntries(values),
      ...(otherwise === 'keep' ? {} : { [`${key}_other`]: other === null ? null : String(other) }),
    },
  };
}

/** @throws PER_DATA_003 PER_DATA_012 PER_DATA_085 */
export async function compileParse(rule: RuleOf<'parse'>, { duck, stage, key }: Cleaning): Promise<Change> {
  const column = columnOf(stage, rule.column);
  if (column.type === rule.as) return { sets: [], touches: 'false', values: {} };
  mustBe(column, ['text'], rule.kind);
  await checkFormats(duck, rule);
  const name = unusedName(stage.columns, 'read_as');
  const read = readAs(rule, `${inRow(rule.column)}::VARCHAR`, key);
  const value = rule.as === 'timestamp' ? `CASE WHEN isfinite(${inRow(name)}) THEN ${inRow(name)} END` : inRow(name);
  // Texts that were read are not looked at again.
  const failed = `CASE WHEN (${value}) IS NULL THEN ${trimmed(`${inRow(rule.column)}::VARCHAR`)} <> '' ELSE false END`;
  return {
    once: { name, sql: read.sql },
    sets: [[rule.column, value]],
    touches: failed,
    ...(rule.onFailure === 'quarantine' ? { refuses: failed } : {}),
    values: read.values,
  };
}

function trimmed(text: string): string {
  return `trim(${text}, ${WHITE})`;
}

/** An instant may still be infinite. */
function readAs(rule: RuleOf<'parse'>, raw: string, key: string): Pick<Change, 'values'> & { readonly sql: string } {
  const text = trimmed(raw);
  switch (rule.as) {
    case 'integer':
      // A cast alone would round '1.5' to 2 and read '1e3'.
      return {
        sql: `CASE WHEN regexp_full_match(${text}, '[+-]?[0-9]+') THEN TRY_CAST(${text} AS BIGINT) END`,
        values: {},
      };
    case 'number': {
      const form = `regexp_full_match(${text}, '[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?')`;
      const number = `TRY_CAST(${text} AS DOUBLE)`;
      return { sql: `CASE WHEN ${form} AND isfinite(${number}) THEN ${number} END`, values: {} };
    }
    case 'timestamp': {
      const { formats } = rule;
      if (formats === undefined) return { sql: `TRY_CAST(${text} AS TIMESTAMPTZ)::TIMESTAMP`, values: {} };
      // As it stands first: taking white space off every text costs more than reading most of them.
      const reads = formats.flatMap((format) =>
        [raw, text].map((of) => `try_strptime(${of}, ${textLiteral(format)})::TIMESTAMP`),
      );
      return { sql: `coalesce(${reads.join(', ')})`, values: {} };
    }
    case 'boolean': {
      const lower = (texts: readonly string[]): string[] => texts.map((t) => t.toLowerCase());
      const [yes, no] = [`list_contains($${key}_yes, lower(${text}))`, `list_contains($${key}_no, lower(${text}))`];
      return {
        sql: `CASE WHEN ${yes} THEN true WHEN ${no} THEN false END`,
        values: { [`${key}_yes`]: lower(rule.yes), [`${key}_no`]: lower(rule.no) },
      };
    }
  }
}

async function checkFormats(duck: Duckdb, rule: RuleOf<'parse'>): Promise<void> {
  for (const format of rule.formats ?? []) {
    try {
      await duck.run(`SELECT try_strptime('', ${textLiteral(format)})`);
    } catch (error) {
      throw perennialError('PER_DATA_085', `Rule '${rule.name}' has the format '${format}', which cannot be used.`, {
        cause: error,
      });
    }
  }
}
