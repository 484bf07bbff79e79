import {
  type ColumnTest,
  columnOfTest,
  type Comparison,
  comparisonsOf,
  type Condition,
  type Operand,
  type TypedColumn,
} from '../../../steps/feature-conditions';
import { MISSING_INSTANT } from '../../../steps/features';
import type { GraphWriter, Value } from '../onnx/graph';

/** The input of a raw column. */
export type Input = (column: string) => Value;

const OPERATOR: Readonly<Record<Comparison, string>> = {
  equals: 'Equal',
  below: 'Less',
  atMost: 'LessOrEqual',
  above: 'Greater',
  atLeast: 'GreaterOrEqual',
};

/** A condition as ONNX nodes: a boolean [N, 1] with the meaning that condition-sql.ts gives it. */
export function conditionValue(graph: GraphWriter, input: Input, condition: Condition): Value {
  const value = (part: Condition) => conditionValue(graph, input, part);
  if ('all' in condition) return reduce(graph, 'And', condition.all.map(value));
  if ('any' in condition) return reduce(graph, 'Or', condition.any.map(value));
  return 'not' in condition ? graph.node('Not', [value(condition.not)]) : testValue(graph, input, condition);
}

function testValue(graph: GraphWriter, input: Input, test: ColumnTest): Value {
  const { name, type } = columnOfTest(test);
  const own = input(name);
  const present = (value: Value) => graph.node('Not', [missingValue(graph, type, value)]);
  if (test.is === 'missing') return missingValue(graph, type, own);
  const parts = [present(own)];
  for (const [operator, to] of comparisonsOf(test)) {
    const [other, isColumn] = operandValue(graph, input, type, to);
    if (isColumn) parts.push(present(other));
    parts.push(graph.node(OPERATOR[operator], [own, other]));
  }
  const { oneOf } = test;
  if (oneOf !== undefined) {
    const equal = oneOf.map((value) => graph.node('Equal', [own, constantValue(graph, type, value)]));
    parts.push(reduce(graph, 'Or', equal));
  }
  return reduce(graph, 'And', parts);
}

function operandValue(
  graph: GraphWriter,
  input: Input,
  type: TypedColumn['type'],
  to: Operand,
): [value: Value, isColumn: boolean] {
  return typeof to === 'object' ? [input(to.column), true] : [constantValue(graph, type, to), false];
}

/** Whether a raw value of a type is missing: NaN or infinite, empty, the smallest int64. */
export function missingValue(graph: GraphWriter, type: TypedColumn['type'], value: Value): Value {
  if (type === 'number') return graph.node('Or', [graph.node('IsNaN', [value]), graph.node('IsInf', [value])]);
  const nothing = type === 'text' ? graph.text('') : graph.int64(BigInt(MISSING_INSTANT));
  return graph.node('Equal', [value, nothing]);
}

/** A constant of the type that a raw column of this type has; null is what stands for a missing one. */
export function constantValue(graph: GraphWriter, type: TypedColumn['type'], value: number | string | null): Value {
  if (type === 'text') return graph.text(String(value ?? ''));
  if (type === 'number') return graph.float(value === null ? NaN : Number(value));
  return graph.int64(BigInt(value ?? MISSING_INSTANT));
}

function reduce(graph: GraphWriter, op: 'And' | 'Or', [first, ...rest]: readonly Value[]): Value {
  if (first === undefined) throw new TypeError('a condition without tests');
  return rest.reduce((left, right) => graph.node(op, [left, right]), first);
}
