import { perennialError } from '../errors';
import type { Expr, Path } from '../plan/plan';
import { exprText } from './text';

declare const VALUE: unique symbol;
const EXPRESSION = Symbol.for('perennial.expression');

/** Values without fields. */
export type Primitive = string | number | boolean | null | undefined;

/**
 * Stands for a value of type `T` that exists only when the pipeline runs. `T` is carried by a property that does not
 * exist at run time: reading it back from there is exact, where inference through {@link Ref} would widen it.
 */
export interface RefBase<T> {
  readonly [VALUE]: T;
}

/** What no reference is, though it may have the same fields. */
export interface NoRef {
  readonly [VALUE]?: never;
}

/** A typed reference: `ref.field` is the reference to that field. Nullable values have no fields; see `coalesce`. */
export type Ref<T> = RefBase<T> & Fields<T>;

type Fields<T> = [T] extends [Primitive]
  ? unknown
  : [T] extends [readonly unknown[]]
    ? { readonly [index: number]: Ref<T[number]>; readonly length: Ref<number> }
    : [T] extends [object]
      ? // `keyof T & string` keeps a union in one piece: only fields that all of its members have can be read.
        { readonly [K in keyof T & string]-?: Ref<T[K]> }
      : unknown;

/** The type that something wired has when the pipeline runs. Nothing returned is null. */
export type ValueOf<R> =
  R extends RefBase<infer T>
    ? T
    : R extends undefined
      ? null
      : R extends Primitive
        ? R
        : R extends object
          ? { -readonly [K in keyof R]: ValueOf<R[K]> }
          : null;

/**
 * Makes the reference that stands for `expr`.
 *
 * @throws PER_DEF_004, later, when the reference is compared, printed, spread or looped over.
 */
export function makeRef<T>(expr: Expr): Ref<T>;
export function makeRef(expr: Expr): object {
  return new Proxy(Object.freeze({}), {
    get(_target, key) {
      if (key === EXPRESSION) return expr;
      if (typeof key === 'symbol')
        return misuse(expr, key === Symbol.iterator ? 'looped over' : 'used as a plain value');
      return makeRef(descend(expr, /^(0|[1-9]\d*)$/.test(key) ? Number(key) : key));
    },
    has: (_target, key) => key === EXPRESSION,
    ownKeys: () => misuse(expr, 'spread or listed'),
    set: () => misuse(expr, 'assigned to'),
  });
}

/** The expression of a reference, or undefined when `value` is none. */
export function expressionOf(value: unknown): Expr | undefined {
  return isRef(value) ? value[EXPRESSION] : undefined;
}

function isRef(value: unknown): value is { readonly [EXPRESSION]: Expr } {
  return typeof value === 'object' && value !== null && EXPRESSION in value;
}

function descend(expr: Expr, key: string | number): Expr {
  if (expr.op === 'config' || expr.op === 'output' || expr.op === 'item' || expr.op === 'get') {
    return { ...expr, path: [...expr.path, key] };
  }
  return { op: 'get', of: expr, path: [key] };
}

function misuse(expr: Expr, how: string): never {
  throw perennialError('PER_DEF_004', `'${describe(expr)}' was ${how} while the graph is being defined.`);
}

/** Most characters of a computed expression in a message. */
const LONGEST = 200;

/** How an expression reads in messages: `train.auc`, `config.seeds`. */
export function describe(expr: Expr): string {
  if (expr.op === 'config') return dotted('config', expr.path);
  if (expr.op === 'output') return dotted(expr.node, expr.path);
  if (expr.op === 'item') return dotted(`item of ${expr.map}`, expr.path);
  if (expr.op === 'get') return dotted(describe(expr.of), expr.path);
  if (expr.op === 'literal') return JSON.stringify(expr.value);
  const text = exprText(expr);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function dotted(root: string, path: Path): string {
  return path.reduce<string>((text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${key}`), root);
}
