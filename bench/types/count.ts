import { compileInTurn, type Compiled } from './compile';
import { FORMS } from './forms';
import { functionsOf, nodesOf, usesOf } from './sources';

/** Nodes of the pipelines that are compared. */
export const SIZES = [20, 100, 300] as const;

/** Uses of a form in one source. */
const USES = 5;

/** What the compiler pays for one node, or for one use of a form. */
export interface Cost {
  readonly instantiations: number;
  readonly ms: number;
}

/** What the compiler pays, a node. */
export interface Costs {
  /** In pipelines of each size. */
  readonly nodes: readonly Cost[];
  /** In the same graphs as plain functions over the same schemas; empty where that was not asked for. */
  readonly byHand: readonly Cost[];
  /** In each form, by its name. */
  readonly forms: ReadonlyMap<string, Cost>;
}

/**
 * Compiles pipelines of each size and uses of each form.
 *
 * @throws an Error when the compiler finds more or fewer errors than a form has
 */
export function measureCosts({ byHand = false } = {}): Costs {
  const hands = byHand ? SIZES : [];
  const found = compileInTurn([
    // Every form once before it counts: what all uses share belongs to none of them.
    ...FORMS.map((form) => usesOf(form, 1)),
    ...hands.slice(0, 1).map(() => functionsOf(1)),
    ...FORMS.map((form) => usesOf(form, USES)),
    ...SIZES.map(nodesOf),
    ...hands.map(functionsOf),
  ]).slice(FORMS.length + (byHand ? 1 : 0));
  const sizes = found.slice(FORMS.length);
  return {
    nodes: SIZES.map((size, i) => costOf(sizes[i], size, 0)),
    byHand: hands.map((size, i) => costOf(sizes[SIZES.length + i], size, 0)),
    forms: new Map(FORMS.map(({ name, refused }, i) => [name, costOf(found[i], USES, refused ? USES : 0)])),
  };
}

function costOf(found: Compiled | undefined, count: number, errors: number): Cost {
  if (found?.errors.length !== errors) {
    throw new Error(`The compiler found not ${errors} errors but these: ${found?.errors.join('\n') ?? 'none'}`);
  }
  return { instantiations: Math.round(found.instantiations / count), ms: found.ms / count };
}
