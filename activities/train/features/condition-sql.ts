import {
  type ColumnTest,
  columnOfTest,
  type Comparison,
  comparisonsOf,
  type Condition,
  type Operand,
  type TypedColumn,
} from '../../../steps/feature-conditions';
import { textLiteral } from '../../data/sql';

/** The SQL of a raw column: FLOAT, VARCHAR, or BIGINT epoch milliseconds. */
export type Raw = (column: TypedColumn) => string;

const OPERATOR: Readonly<Record<Comparison, string>> = {
  equals: '=',
  below: '<',
  atMost: '<=',
  above: '>',
  atLeast: '>=',
};

/**
 * A condition as SQL that is true or false, never NULL: a test against what is missing does not hold. The same meaning as
 * in condition-graph.ts.
 */
export function conditionSql(raw: Raw, condition: Condition): string {
  if ('all' in condition) return `(${condition.all.map((part) => conditionSql(raw, part)).join(' AND ')})`;
  if ('any' in condition) return `(${condition.any.map((part) => conditionSql(raw, part)).join(' OR ')})`;
  return 'not' in condition ? `(NOT ${conditionSql(raw, condition.not)})` : testSql(raw, condition);
}

function testSql(raw: Raw, test: ColumnTest): string {
  const { name, type } = columnOfTest(test);
  const present = (column: string) => presentSql(raw, { name: column, type });
  const own = present(name);
  const sql = (to: Operand) => (typeof to === 'object' ? present(to.column) : constantSql(type, to));
  const parts = comparisonsOf(test).map(([operator, to]) => `${own} ${OPERATOR[operator]} ${sql(to)}`);
  if (test.oneOf !== undefined)
    parts.push(`${own} IN (${test.oneOf.map((value) => constantSql(type, value)).join(', ')})`);
  if (test.is !== undefined) parts.push(`${own} IS ${test.is === 'missing' ? '' : 'NOT '}NULL`);
  return `coalesce(${parts.join(' AND ')}, false)`;
}

/** A raw column, NULL where it is missing. */
function presentSql(raw: Raw, column: TypedColumn): string {
  const value = raw(column);
  if (column.type === 'number') return `(CASE WHEN isfinite(${value}) THEN ${value} END)`;
  // ONNX Runtime cuts a text at a NUL.
  return column.type === 'text' ? `NULLIF(split_part(${value}, chr(0), 1), '')` : `(${value})`;
}

/** A constant of the type that a raw column of this type has. */
export function constantSql(type: TypedColumn['type'], value: number | string): string {
  if (type === 'text') return textLiteral(String(value));
  return type === 'number' ? floatSql(Number(value)) : `CAST('${value}' AS BIGINT)`;
}

/** A number as FLOAT. */
export function floatSql(value: number): string {
  return `CAST('${Math.fround(value)}' AS FLOAT)`;
}
