import { perennialError } from '../errors';
import type { Duration } from '../plan/duration';
import type { Plan, Priority } from '../plan/plan';
import type { RetryOptions } from '../plan/retry';
import { planStep } from './contract';
import { type Resource, resourcesOf } from './resource';
import type { InputOf, StepContract, StepOutputOf } from './step';

/** The contracts of a hand-written workflow's steps, by the key that its code names each by. */
export type Contracts = { readonly [key: string]: StepContract };

/** A workflow whose code is the user's own. Data only: which steps it may run, and under which keys. */
export interface HandWritten<S extends Contracts = Contracts> {
  readonly kind: 'hand-written';
  /** Temporal's workflow type: the name of the exported function. */
  readonly name: string;
  readonly steps: S;
  /** What its steps need of the environment, each once, by name. */
  readonly resources: readonly Resource[];
  /** Without nodes: what runs is not known before. */
  readonly plan: Plan;
}

/** What one use of a step asks for instead of its contract. What is left out is the contract's. */
export interface StepUse {
  /** The node's name in the run. Default: the step's name, and from its second use on `train-2`, `train-3`. */
  readonly id?: string;
  /** Longest run of one execution. */
  readonly timeout?: Duration;
  /** Of these, too, what is left out is the contract's. */
  readonly retry?: RetryOptions;
  /** Whether it may be answered from the cache. */
  readonly cache?: boolean;
  /** Which of the tasks that wait for the pool begin first: 1 before 5. */
  readonly priority?: Priority;
  /** What a person finds it by, beside the tags of its step. */
  readonly tags?: readonly string[];
}

/** A recorded run as the code of its workflow sees it. */
export interface RecordedRun<W extends HandWritten> {
  /** Temporal's Workflow ID. */
  readonly id: string;
  /**
   * Runs a step on the workers of its pool and waits for its output: claimed, cached and recorded as in a pipeline.
   *
   * @throws ApplicationFailure whose `type` is the stable code or the name of the error's class; a cancellation as itself
   * @example
   * const { auc } = await run.step('score', { model }, { id: 'score-first', timeout: '1h', retry: { attempts: 1 } });
   */
  step<K extends keyof W['steps'] & string>(
    key: K,
    input: InputOf<W['steps'][K]>,
    use?: StepUse,
  ): Promise<StepOutputOf<W['steps'][K]>>;
}

/**
 * Declares a workflow that is written by hand in Temporal's SDK. Its code imports the type of this and nothing of its value.
 *
 * @throws PER_DEF_040, PER_DEF_009 when two resources share a name
 * @example
 * const nightly = handWritten('nightly', { train, score });
 */
export function handWritten<S extends Contracts>(name: string, steps: S): HandWritten<S> {
  if (!/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/.test(name)) {
    throw perennialError('PER_DEF_040', `The name of the workflow ${JSON.stringify(name)} is malformed.`);
  }
  const named = Object.values(steps).sort((a, b) => (a.name < b.name ? -1 : 1));
  const twice = named.find((step, i) => step.name === named[i + 1]?.name);
  if (twice) throw perennialError('PER_DEF_040', `The workflow ${name} has two steps called ${twice.name}.`);
  const plan: Plan = {
    format: 1,
    pipeline: name,
    steps: Object.fromEntries(named.map((step) => [step.name, planStep(step)])),
    body: { nodes: [], output: { op: 'literal', value: null } },
    config: {},
    onFailure: 'cancel',
    handWritten: true,
  };
  const resources = Object.freeze(resourcesOf(named));
  return Object.freeze({ kind: 'hand-written', name, steps: Object.freeze({ ...steps }), resources, plan });
}
