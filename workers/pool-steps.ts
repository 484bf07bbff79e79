import { checkProgram } from '../activities/run-step/command';
import { standardPools } from '../activities/standard-pools';
import { type HandWritten, type Implementation, isCommand, type Model, type Pipeline } from '../core';
import { checkProject, checkTriggers, refuse } from '../core/checks';
import { nearest } from '../core/define/nearest';
import { perennialError } from '../core/errors';
import type { Plan } from '../core/plan/plan';
import { WORKFLOW_POOL } from './tuning';

/** The names of the implemented steps whose contracts belong to a pool. Those of other pools are not registered there. */
export function stepsOfPool(implementations: readonly Implementation[], pool: string): string[] {
  const names = implementations.flatMap(({ contracts }) =>
    Object.values(contracts).flatMap((contract) => (contract.pool === pool ? [contract.name] : [])),
  );
  return [...new Set(names)];
}

/**
 * Refuses a host that lacks a program, or a file of one, that a step of the pool is run with.
 *
 * @param folder the project's
 * @throws PER_RUN_067
 */
export function checkPrograms(implementations: readonly Implementation[], pool: string, folder: string): void {
  for (const { contracts, handlers } of implementations) {
    for (const [key, contract] of Object.entries(contracts)) {
      const handler = handlers[key];
      if (contract.pool === pool && isCommand(handler)) checkProgram(handler, folder);
    }
  }
}

/** What is known of the workers while a project is checked: one pool's step code is loaded, or none. */
export interface KnownCode {
  readonly pool: string;
  readonly steps: readonly string[];
}

/** Of a project, what is checked once it is loaded. */
export interface LoadedProject {
  readonly pipelines: readonly Pipeline[];
  readonly models: readonly Model[];
  readonly workflows: readonly HandWritten[];
  /** The pools named under `steps` of its config. */
  readonly pools: readonly string[];
}

/**
 * Refuses a project that cannot run: names used twice, pools that nobody serves, and, where a pool's code is loaded,
 * steps of that pool that nobody implemented: runs of these would wait for ever. The other pools are given the benefit
 * of the doubt: their code belongs to their workers.
 *
 * @throws PER_DEF_009, PER_DEF_013, PER_DEF_014, PER_DEF_083, PER_DEF_084
 */
export function checkLoaded(project: LoadedProject, known: KnownCode | null): void {
  const plans = [...project.pipelines, ...project.workflows].map(({ plan }) => plan);
  const pools = poolsOf(project);
  const steps = Object.fromEntries(
    pools.map((pool) => [pool, known?.pool === pool ? known.steps : askedOf(plans, pool)]),
  );
  const models = project.models.map(({ name }) => name);
  refuse([...checkProject({ plans, models, steps }), ...checkTriggers(project)]);
}

/**
 * Refuses a pool that a project does not have, before anything is opened for it.
 *
 * @throws PER_STACK_104 naming those that it has
 */
export function requirePool(pool: string, project: Pick<LoadedProject, 'pools'>): void {
  const pools = poolsOf(project);
  if (pools.includes(pool)) return;
  const meant = nearest(pool, pools);
  const said = `There is no pool '${pool}' (known: ${pools.join(', ')})`;
  throw perennialError('PER_STACK_104', meant === null ? `${said}.` : `${said}, did you mean '${meant}'?`);
}

/** The pools that a worker may be of: the engine's own and those with code in the project. */
function poolsOf({ pools }: Pick<LoadedProject, 'pools'>): string[] {
  return [...new Set([WORKFLOW_POOL, ...standardPools, ...pools])];
}

function askedOf(plans: readonly Plan[], pool: string): string[] {
  return plans.flatMap((plan) => Object.values(plan.steps)).flatMap((step) => (step.pool === pool ? [step.name] : []));
}
