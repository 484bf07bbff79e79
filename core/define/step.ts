import type { z } from 'zod';
import { perennialError } from '../errors';
import type { Accepted } from '../expr/wire';
import { type Duration, milliseconds } from '../plan/duration';
import { priorityFault, tagsFault } from '../plan/labels';
import { checkName } from '../plan/name';
import { LIGHT_TIMEOUT } from '../plan/override';
import type { PlanRetry, Priority } from '../plan/plan';
import { readRetry, type RetryOptions } from '../plan/retry';
import { type About, readAbout } from './about';
import { refuseUnknownOptions, RETRY_OPTIONS, STEP_OPTIONS } from './known-options';
import type { NoResources, Resources } from './resource';

/** What a step takes, gives, and asks of the worker that runs it. */
export interface StepOptions<
  I extends z.ZodType,
  O extends z.ZodType,
  R extends Resources = NoResources,
> extends About {
  readonly input: I;
  readonly output: O;
  /** The workers that run it. Default `cpu`. */
  readonly pool?: string;
  /** Longest run of one execution. Default 10 min; 10 s for a light step. */
  readonly timeout?: Duration;
  /** A worker silent for this long is taken for dead. Steps that run longer than a minute should have one. */
  readonly heartbeat?: Duration;
  readonly retry?: RetryOptions;
  /**
   * Runs in a child process of its own, killed with the execution: for code that blocks or needs much memory. A worker
   * runs as many of them at once as it has cores; the others wait, and the wait counts to `timeout`.
   */
  readonly isolate?: boolean;
  /** A short step (at most 10 s, pool `cpu`) that runs inside the workflow's own worker, without a queue. */
  readonly light?: boolean;
  /** false: never answered from the cache, for steps that act on the world or read what changes. Default true. */
  readonly cache?: boolean;
  /** Which of the tasks that wait for its pool begin first: 1 before 5. Default: that of the run, which is 3. */
  readonly priority?: Priority;
  /** What a person finds its uses by: `'team:risk'`. Not inherited by anything. */
  readonly tags?: readonly string[];
  /** What its code is handed as `ctx.resources`, under the same names. Default none. */
  readonly resources?: R;
}

/** A step's contract: data only, so that it can be imported anywhere. Its code is given by `implement`. */
export interface StepContract<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  R extends Resources = Resources,
> extends About {
  readonly kind: 'step';
  readonly name: string;
  readonly input: I;
  readonly output: O;
  readonly pool: string;
  /** ms */
  readonly timeout: number;
  /** ms; null: none. */
  readonly heartbeat: number | null;
  readonly retry: PlanRetry;
  readonly isolate: boolean;
  readonly light: boolean;
  readonly cache: boolean;
  /** Not there: that of the run. */
  readonly priority?: Priority;
  readonly tags: readonly string[];
  readonly resources: R;
}

/** What a use of the step has to be given: fields with a default may be left out. */
export type InputOf<S> = S extends StepContract<infer I> ? Accepted<z.input<I>, z.output<I>> : never;

/** What the step gives. */
export type StepOutputOf<S> = S extends StepContract<z.ZodType, infer O> ? z.output<O> : never;

/**
 * Declares a step.
 *
 * @throws PER_DEF_001 PER_DEF_002 PER_DEF_003 PER_DEF_020 PER_DEF_021 PER_DEF_060 PER_DEF_071
 * @example
 * const train = step('train', {
 *   input: z.object({ dataset: Dataset, seed: z.int() }),
 *   output: z.object({ model: Model, auc: z.number() }),
 *   pool: 'gpu', timeout: '2h', heartbeat: '30s',
 *   retry: { attempts: 3, firstDelay: '1m', never: ['BadDataset'] },
 * });
 */
export function step<I extends z.ZodType, O extends z.ZodType, R extends Resources = NoResources>(
  name: string,
  options: StepOptions<I, O, R>,
): StepContract<I, O, R>;
export function step(name: string, options: StepOptions<z.ZodType, z.ZodType, Resources>): StepContract {
  checkName('step', name);
  // A contract that is spread into another's options has more than those.
  if (!('kind' in options)) refuseUnknownOptions(`the step ${name}`, options, STEP_OPTIONS);
  refuseUnknownOptions(`the retry of the step ${name}`, options.retry, RETRY_OPTIONS);
  const light = options.light ?? false;
  const contract: StepContract = {
    kind: 'step',
    name,
    input: options.input,
    output: options.output,
    pool: options.pool ?? 'cpu',
    timeout: milliseconds(options.timeout ?? (light ? LIGHT_TIMEOUT : '10m'), `The timeout of the step ${name}`),
    heartbeat:
      options.heartbeat === undefined ? null : milliseconds(options.heartbeat, `The heartbeat of the step ${name}`),
    retry: Object.freeze(readRetry(`the step ${name}`, options.retry ?? {})),
    isolate: options.isolate ?? false,
    light,
    cache: options.cache ?? true,
    ...(options.priority !== undefined && { priority: options.priority }),
    tags: Object.freeze([...new Set(options.tags)]),
    ...readAbout(`the step ${name}`, options),
    resources: Object.freeze({ ...options.resources }),
  };
  checkName('pool', contract.pool);
  if (light) checkLight(contract);
  checkLabels(contract);
  return Object.freeze(contract);
}

function checkLight(step: StepContract): void {
  const wrong =
    step.pool !== 'cpu'
      ? `pool '${step.pool}'`
      : step.timeout > LIGHT_TIMEOUT
        ? `a timeout of ${step.timeout} ms`
        : step.heartbeat !== null
          ? 'a heartbeat'
          : step.isolate
            ? 'isolation'
            : step.priority !== undefined
              ? 'a priority'
              : null;
  if (wrong) throw perennialError('PER_DEF_003', `The light step ${step.name} asks for ${wrong}.`);
}

function checkLabels({ name, priority, tags }: StepContract): void {
  const wrong = priorityFault(priority);
  if (wrong !== null) throw perennialError('PER_DEF_020', `The step ${name} ${wrong}.`);
  const malformed = tagsFault(tags);
  if (malformed !== null) throw perennialError('PER_DEF_021', `The step ${name} ${malformed}.`);
}
