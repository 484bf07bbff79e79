import { perennialError } from '../errors';
import type { RetryOptions } from '../plan/retry';
import type { ProjectConfig } from './config';
import type { CronOptions } from './cron';
import type { DeadlineOptions } from './done-by';
import type {
  ApprovalOptions,
  CallOptions,
  MapOptions,
  NodeOptions,
  RunOptions,
  UntilOptions,
  WorkOptions,
} from './graph';
import type { ModelOptions, PolicyOptions, ServingDeclaration } from './model';
import { nearest } from './nearest';
import type { TimePartitionOptions } from './partitions';
import type { PipelineOptions } from './pipeline';
import type { EventOptions, FilesOptions, RowsOptions } from './sensors';
import type { StepOptions } from './step';
import type { z } from 'zod';

/** Every key of some options, once: the compiler misses one that is left out. */
type Known<T> = Readonly<Record<keyof T, true>>;

const NODE: Known<NodeOptions> = { after: true, tags: true };
const WORK: Known<WorkOptions> = { ...NODE, priority: true };
const ABOUT = { description: true, owners: true } as const;

export const RUN_OPTIONS: Known<RunOptions> = { ...WORK, id: true, timeout: true, retry: true, cache: true };
export const MAP_OPTIONS: Known<MapOptions> = { ...WORK, maxParallel: true, tolerate: true };
export const BRANCH_OPTIONS: Known<WorkOptions> = WORK;
export const WAIT_OPTIONS: Known<NodeOptions> = NODE;
export const UNTIL_OPTIONS: Known<UntilOptions> = { ...WORK, max: true };
export const CALL_OPTIONS: Known<CallOptions> = { ...WORK, id: true };
export const APPROVAL_OPTIONS: Known<ApprovalOptions> = { ...NODE, answer: true, by: true, show: true, timeout: true };
export const STEP_OPTIONS: Known<StepOptions<z.ZodType, z.ZodType>> = {
  ...ABOUT,
  ...{ input: true, output: true, pool: true, timeout: true, heartbeat: true, retry: true, isolate: true },
  ...{ light: true, cache: true, priority: true, tags: true, resources: true },
};
export const PIPELINE_OPTIONS: Known<PipelineOptions<z.ZodObject, unknown>> = {
  ...ABOUT,
  ...{ config: true, partitions: true, graph: true, schedule: true, on: true, deadline: true, onFailure: true },
};
export const RETRY_OPTIONS: Known<RetryOptions> = {
  ...{ attempts: true, firstDelay: true, factor: true, maxDelay: true, never: true },
};
export const MODEL_OPTIONS: Known<ModelOptions<z.ZodObject>> = {
  ...ABOUT,
  ...{ retrain: true, config: true, schedule: true, on: true, monitors: true, rollout: true, policy: true },
  ...{ serving: true, clock: true },
};
export const POLICY_OPTIONS: Known<PolicyOptions> = { cooldown: true, budget: true };
export const BUDGET_OPTIONS: Known<NonNullable<PolicyOptions['budget']>> = { retrains: true, per: true };
export const SERVING_OPTIONS: Known<ServingDeclaration> = { features: true, eventTime: true, outsideQuarantine: true };
export const CRON_OPTIONS: Known<CronOptions> = { timezone: true, overlap: true, jitter: true, catchup: true };
export const PROJECT_OPTIONS: Known<Omit<ProjectConfig, 'kind'>> = {
  ...{ pipelines: true, models: true, workflows: true, steps: true, retention: true },
};
export const DEADLINE_OPTIONS: Known<DeadlineOptions> = { timezone: true, days: true };
export const FILES_OPTIONS: Known<FilesOptions<Record<string, unknown>>> = {
  ...{ in: true, match: true, settled: true, every: true, config: true },
};
export const ROWS_OPTIONS: Known<RowsOptions<Record<string, unknown>>> = {
  ...{ from: true, query: true, watermark: true, id: true, most: true, every: true, config: true },
};
export const EVENT_OPTIONS: Known<EventOptions<z.ZodType, Record<string, unknown>>> = {
  ...{ secret: true, payload: true, id: true, config: true },
};
export const PARTITION_OPTIONS: Known<TimePartitionOptions> = { from: true, timezone: true };

/**
 * Refuses an option that nobody reads: a misspelt `timeout` would else be none. The compiler refuses it only where it is
 * written down as an object's own.
 *
 * @param what takes the options: `the step train`
 * @throws PER_DEF_071
 */
export function refuseUnknownOptions(
  what: string,
  options: object | undefined,
  known: Readonly<Record<string, true>>,
): void {
  for (const key of Object.keys(options ?? {})) {
    if (Object.hasOwn(known, key)) continue;
    const names = Object.keys(known);
    const meant = nearest(key, names);
    const said = meant === null ? ` (known: ${names.join(', ')}).` : `, did you mean '${meant}'?`;
    throw perennialError('PER_DEF_071', `There is no option '${key}' for ${what}${said}`);
  }
}

/**
 * Refuses a value that is none of those an option takes, where the compiler has not: `'skipp'` would else be the default, or be
 * refused by a server much later.
 *
 * @param what takes it: `onFailure of the pipeline train`
 * @param code PER_DEF_093, or that of what is declared by it
 */
export function refuseUnlisted(
  what: string,
  value: string | null | undefined,
  listed: Readonly<Record<string, true>>,
  code: 'PER_DEF_007' | 'PER_DEF_093' = 'PER_DEF_093',
): void {
  if (value === undefined || value === null || (typeof value === 'string' && Object.hasOwn(listed, value))) return;
  const names = Object.keys(listed);
  const meant = nearest(typeof value === 'string' ? value : '', names);
  const said = meant === null ? ` (known: ${names.join(', ')}).` : `, did you mean '${meant}'?`;
  throw perennialError(code, `${what} is ${JSON.stringify(value)}${said}`);
}
