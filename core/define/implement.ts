import type { z } from 'zod';
import { perennialError } from '../errors';
import { type Command, isCommand } from './command';
import type { StepContext } from './context';
import type { StepContract } from './step';

/**
 * The code of one step: parsed input in, output in the schema's input form out. Declared as a method because only a
 * method may ask for more than its caller is known to give: the engine's own steps ask for an EngineContext.
 */
export type Handler<S> =
  S extends StepContract<infer I, infer O, infer R>
    ? { handle(input: z.output<I>, context: StepContext<R>): z.input<O> | Promise<z.input<O>> }['handle']
    : never;

/** A handler whose types were checked by {@link implement} and are not known here: parse the input before the call. */
export type AnyHandler = { handle(input: unknown, context: StepContext): unknown }['handle'];

/** A step's code: a function, or a program. */
export type StepBody = AnyHandler | Command;

/** Step contracts with their code. */
export interface Implementation {
  readonly kind: 'implementation';
  readonly contracts: { readonly [key: string]: StepContract };
  readonly handlers: { readonly [key: string]: StepBody };
}

/**
 * Gives contracts their code: a function each, or a `command(...)`. A missing handler, a wrong output and an unknown key
 * do not compile, and are refused at load where types are not checked.
 *
 * @throws PER_DEF_006, PER_DEF_030 when a light step's code is a command
 * @example
 * export const gpuSteps = implement({ train }, {
 *   async train({ dataset, seed }, ctx) { return fit(await ctx.artifacts.pathOf(dataset), seed, ctx.signal); },
 * });
 */
export function implement<C extends { readonly [key: string]: StepContract }>(
  contracts: C,
  handlers: { readonly [K in keyof C]: Handler<C[K]> | Command },
): Implementation;
export function implement(
  contracts: Implementation['contracts'],
  handlers: Implementation['handlers'],
): Implementation {
  const missing = Object.keys(contracts).filter((key) => !isBody(handlers[key]));
  const surplus = Object.keys(handlers).filter((key) => !(key in contracts));
  if (missing.length > 0 || surplus.length > 0) {
    const wrong = [
      ...(missing.length > 0 ? [`lacks a handler for ${missing.join(', ')}`] : []),
      ...(surplus.length > 0 ? [`has handlers without a contract: ${surplus.join(', ')}`] : []),
    ];
    throw perennialError('PER_DEF_006', `implement() ${wrong.join(', and ')}.`);
  }
  for (const [key, { name, light }] of Object.entries(contracts)) {
    if (light && isCommand(handlers[key])) throw perennialError('PER_DEF_030', `The step ${name} is a light command.`);
  }
  return Object.freeze({
    kind: 'implementation',
    contracts: Object.freeze({ ...contracts }),
    handlers: Object.freeze({ ...handlers }),
  });
}

function isBody(value: unknown): boolean {
  return typeof value === 'function' || isCommand(value);
}

/** True for the result of {@link implement}, of any copy of this module. */
export function isImplementation(value: unknown): value is Implementation {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'implementation';
}

/** The implementations among a module's exports. */
export function implementationsIn(module: object): Implementation[] {
  return [...new Set(Object.values(module).filter(isImplementation))];
}
