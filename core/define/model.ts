import type { z } from 'zod';
import { perennialError } from '../errors';
import { type Duration, milliseconds } from '../plan/duration';
import { checkName } from '../plan/name';
import { type About, readAbout } from './about';
import type { Cron } from './cron';
import {
  BUDGET_OPTIONS,
  MODEL_OPTIONS,
  POLICY_OPTIONS,
  refuseUnknownOptions,
  refuseUnlisted,
  SERVING_OPTIONS,
} from './known-options';
import type { OneOrMore, OnDataset } from './on-dataset';
import type { Pipeline } from './pipeline';
import { readModelTriggers } from './read-triggers';
import { describeUnknownKey, unknownKeys } from './unknown-keys';

/** A declared check over windows; which fields it has beside these depends on its kind (steps/monitor.ts). */
export interface MonitorDeclaration {
  readonly kind: string;
  readonly name: string;
  readonly [field: string]: unknown;
}

/** How the model answers requests. */
export interface ServingDeclaration {
  /** The feature spec (steps/features.ts): which raw columns a request has, and how they are prepared. */
  readonly features: object;
  /** The raw column that says when a row happened; without one, the time of the request counts. */
  readonly eventTime?: string;
  /** What a row gets that cleaning would have put into quarantine. Not read by serving yet: every row is answered, none marked. */
  readonly outsideQuarantine?: 'refuse' | 'answer-and-mark';
}

/** When the keeper may act. */
export interface PolicyOptions {
  /** Shortest event time between two retrains. */
  readonly cooldown: Duration;
  /** Most retrains in a span of event time. */
  readonly budget?: { readonly retrains: number; readonly per: Duration };
}

/** The stages from candidate to champion. */
export type Rollout = readonly 'full'[];

const FULL_AT_ONCE: Rollout = ['full'];

export interface ModelOptions<C extends z.ZodObject> extends About {
  /** The pipeline that makes its versions. The keeper starts it, and nothing else does. */
  readonly retrain: Pipeline<C>;
  /** The pipeline's config; `occasion` is the keeper's to give. */
  readonly config: Omit<z.input<C>, 'occasion'>;
  /** When a scheduled cause is reported to the keeper, which may refuse it. */
  readonly schedule: Cron;
  /** The data sets whose new versions are reported to the keeper as a cause, which it may refuse. */
  readonly on?: OneOrMore<OnDataset<null>>;
  readonly monitors: readonly MonitorDeclaration[];
  readonly rollout?: Rollout;
  readonly policy: PolicyOptions;
  readonly serving: ServingDeclaration;
  /** What a scheduled cause's time is: the wall clock's, or the newest event time in the records. Default `wall`. */
  readonly clock?: 'wall' | 'event';
}

/** A named thing that serves and is kept fresh. Data only; durations in ms. */
export interface Model extends About {
  readonly kind: 'model';
  readonly name: string;
  readonly retrain: Pipeline;
  readonly config: { readonly [key: string]: unknown };
  readonly schedule: Cron;
  readonly on: readonly OnDataset[];
  readonly monitors: readonly MonitorDeclaration[];
  readonly rollout: Rollout;
  readonly policy: {
    readonly cooldown: number;
    readonly budget: { readonly retrains: number; readonly per: number } | null;
  };
  readonly serving: ServingDeclaration;
  readonly clock: 'wall' | 'event';
}

/**
 * Declares a model once: what makes it, when, how it is judged, served and kept.
 *
 * @throws PER_DEF_001 PER_DEF_002 PER_DEF_008 PER_DEF_009 PER_DEF_052 PER_DEF_060 PER_DEF_071 PER_DEF_081 PER_DEF_082 PER_DEF_093
 */
export function model<C extends z.ZodObject>(name: string, options: ModelOptions<C>): Model {
  checkName('model', name);
  refuseMisspelt(name, options);
  if (options.retrain.partitions) {
    throw perennialError('PER_DEF_052', `The model ${name} is made by ${options.retrain.name}, which has partitions.`);
  }
  checkConfig(name, options.retrain, options.config);
  checkMonitors(name, options.monitors);
  refuseUnlisted(`clock of the model ${name}`, options.clock, CLOCKS);
  const { cooldown, budget } = options.policy;
  return Object.freeze({
    kind: 'model',
    name,
    retrain: options.retrain,
    config: { ...options.config },
    schedule: options.schedule,
    on: readModelTriggers(name, options.on, options.retrain),
    monitors: options.monitors,
    rollout: options.rollout ?? FULL_AT_ONCE,
    policy: {
      cooldown: milliseconds(cooldown, `The cooldown of the model ${name}`),
      budget: budget
        ? { retrains: budget.retrains, per: milliseconds(budget.per, `The budget of the model ${name}`) }
        : null,
    },
    serving: options.serving,
    clock: options.clock ?? 'wall',
    ...readAbout(`the model ${name}`, options),
  });
}

function refuseMisspelt(name: string, options: Pick<ModelOptions<z.ZodObject>, 'policy' | 'serving'>): void {
  const { policy, serving } = options;
  // A model that is spread into another's options has more than those.
  if (!('kind' in options)) refuseUnknownOptions(`the model ${name}`, options, MODEL_OPTIONS);
  refuseUnknownOptions(`the policy of the model ${name}`, policy, POLICY_OPTIONS);
  refuseUnknownOptions(`the budget of the model ${name}`, policy.budget, BUDGET_OPTIONS);
  refuseUnknownOptions(`the serving of the model ${name}`, serving, SERVING_OPTIONS);
}

function checkConfig(name: string, retrain: Pipeline, config: object): void {
  const unknown = unknownKeys(retrain.config, config).filter(({ path }) => path !== 'occasion');
  const issues = retrain.config.safeParse(config).error?.issues.filter((issue) => issue.path[0] !== 'occasion') ?? [];
  const [first] = [
    ...unknown.map(describeUnknownKey),
    ...issues.map(({ path, message }) => [path.map(String).join('.'), message].filter(Boolean).join(': ')),
  ];
  if (first === undefined) return;
  throw perennialError('PER_DEF_008', `The config of the model ${name} does not fit ${retrain.name}: ${first}.`);
}

function checkMonitors(model: string, monitors: readonly MonitorDeclaration[]): void {
  const names = new Set<string>();
  for (const { name } of monitors) {
    if (names.has(name)) throw perennialError('PER_DEF_009', `Two monitors of the model ${model} are called ${name}.`);
    names.add(name);
  }
}

const CLOCKS: Readonly<Record<Model['clock'], true>> = { wall: true, event: true };
