import type { Json } from '../plan/json';
import type { Expr } from '../plan/plan';
import { evaluate } from './evaluate';

/**
 * The config of the run that something seen starts.
 *
 * @throws PER_FLOW_001 where an expression meets a value of another kind
 */
export function configOfSeen(config: Expr, seen: Json): Json {
  return evaluate(config, { config: null, output: () => undefined, item: () => seen });
}
