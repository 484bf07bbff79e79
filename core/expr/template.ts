import type { Expr } from '../plan/plan';
import { makeRef, type Ref, type RefBase } from './ref';
import { toExpression } from './wire';

type Written = string | number | boolean;

/**
 * Text with values in it. Numbers and booleans are written as JSON writes them.
 *
 * @throws PER_FLOW_001, in the run, when a value is no text, number or boolean
 * @example
 * g.run(announce, { text: template`${config.name}: ${data.rows} rows` })
 */
export function template(
  strings: TemplateStringsArray,
  ...values: readonly (Written | RefBase<Written>)[]
): Ref<string> {
  const parts = strings.flatMap((text, i): Expr[] => [
    ...(text === '' ? [] : [{ op: 'literal' as const, value: text }]),
    ...(i < values.length ? [toExpression(values[i], `template: value ${i + 1}`)] : []),
  ]);
  return makeRef<string>({ op: 'template', parts });
}
