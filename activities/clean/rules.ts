import { perennialError } from '../../core/errors';
import type { ColumnType } from '../../steps/collect';
import type { QuarantineRule } from '../../steps/clean';
import type { SqlValue } from '../data/duckdb';
import { columnIn, type Column } from '../data/schema';
import { identifier } from '../data/sql';

/** A rule as SQL: true where a row has to go. Its values are parameters with names of their own. */
export interface CompiledRule {
  readonly reason: string;
  readonly condition: string;
  readonly values: Readonly<Record<string, SqlValue>>;
}

const OF = 'the data set to clean';

/**
 * Compiles quarantine rules. A null breaks only the rule `missing`; NaN counts as missing and as outside.
 *
 * @throws PER_DATA_003 PER_DATA_012
 */
export function compileRules(rules: readonly QuarantineRule[], columns: readonly Column[]): CompiledRule[] {
  return rules.map((rule, index) => {
    const column = columnIn(columns, rule.column, OF);
    return { reason: rule.reason, ...compile(rule, column, columns, `rule_${index}`) };
  });
}

function compile(rule: QuarantineRule, column: Column, columns: readonly Column[], parameter: string) {
  const c = identifier(rule.column);
  const isNumber = column.type === 'number';
  switch (rule.kind) {
    case 'missing': {
      return { condition: missing(column, c), values: {} };
    }
    case 'outside': {
      mustBe(column, ['integer', 'number'], rule.kind);
      const [min, max] = [`${parameter}_min`, `${parameter}_max`];
      const parts = [
        ...(isNumber ? [`isnan(${c}::DOUBLE)`] : []),
        ...(rule.min === undefined ? [] : [`${c} < $${min}::DOUBLE`]),
        ...(rule.max === undefined ? [] : [`${c} > $${max}::DOUBLE`]),
      ];
      const values = {
        ...(rule.min === undefined ? {} : { [min]: rule.min }),
        ...(rule.max === undefined ? {} : { [max]: rule.max }),
      };
      return { condition: parts.length > 0 ? `(${parts.join(' OR ')})` : 'false', values };
    }
    case 'not-matching':
      mustBe(column, ['text'], rule.kind);
      return { condition: `NOT regexp_matches(${c}, $${parameter})`, values: { [parameter]: rule.pattern } };
    case 'same-as': {
      const other = columnIn(columns, rule.other, OF);
      if (other.type !== column.type) {
        throw perennialError(
          'PER_DATA_012',
          `'${rule.column}' (${column.sql}) and '${rule.other}' (${other.sql}) cannot be the same.`,
        );
      }
      return { condition: `${c} = ${identifier(rule.other)}`, values: {} };
    }
  }
}

/** Null, NaN, or a text with nothing but spaces in it. */
export function missing(column: Column, c: string): string {
  const empty =
    column.type === 'text' ? ` OR trim(${c}) = ''` : column.type === 'number' ? ` OR isnan(${c}::DOUBLE)` : '';
  return `(${c} IS NULL${empty})`;
}

/** @throws PER_DATA_012 */
export function mustBe(column: Column, types: readonly ColumnType[], rule: string): void {
  if (column.type !== null && types.includes(column.type)) return;
  throw perennialError(
    'PER_DATA_012',
    `Rule '${rule}' is for ${types.join(' or ')}; '${column.name}' is ${column.sql}.`,
  );
}
