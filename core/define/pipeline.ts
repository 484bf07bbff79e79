import type { z } from 'zod';
import { checkPlan } from '../checks';
import type { Ref, ValueOf } from '../expr/ref';
import { perennialError } from '../errors';
import { checkName } from '../plan/name';
import { PARTITION } from '../partitions/partition';
import type { Plan } from '../plan/plan';
import { type About, readAbout } from './about';
import { jsonSchema, planStep } from './contract';
import { PIPELINE_OPTIONS, refuseUnknownOptions, refuseUnlisted } from './known-options';
import type { Cron } from './cron';
import type { Deadline } from './done-by';
import type { Graph } from './graph';
import { type PartitionRef, partitionRef, type Partitions } from './partitions';
import type { DatasetKey, OneOrMore, OnDataset } from './on-dataset';
import { readSensors, startersOf } from './read-sensors';
import { readTriggers } from './read-triggers';
import { type Resource, resourcesOf } from './resource';
import { resourcesOfSensors, type Sensor } from './sensors';
import type { StepContract } from './step';
import { traceGraph } from './trace-graph';

declare const OUTPUT: unique symbol;

/** What a pipeline is made of. */
export interface PipelineOptions<C extends z.ZodObject, R, P extends Partitions | undefined = undefined> extends About {
  /** Parsed when a run is started; defaults are filled in. */
  readonly config: C;
  /** How its data is parted: `daily(...)`, `monthly(...)` or `keys([...])`. Each run then works on one partition. */
  readonly partitions?: P;
  /**
   * Written once as code, kept as data: called when the pipeline is defined, with references instead of values. The third
   * is the partition of the run, where there are partitions.
   */
  readonly graph: (g: Graph, config: Ref<z.output<C>>, partition: PartitionRef<P>) => R;
  /** For pipelines that make no model; a model's schedule stands in `model()`. */
  readonly schedule?: Cron;
  /**
   * What starts it beside a schedule: new versions of other pipelines' data sets (`onDataset`), and what comes from outside
   * (`onFiles`, `onRows`, `onEvent`); one, or a list.
   */
  readonly on?: OneOrMore<OnDataset<DatasetKey<C>> | Sensor<keyof z.input<C> & string, z.input<C>>>;
  /** Until when it must be done each day, `doneBy('06:00')`: one that is missed is told, though no run started. */
  readonly deadline?: Deadline;
  /** What a failed node does to those that still run. Default `cancel`. */
  readonly onFailure?: Plan['onFailure'];
}

/** A named, typed graph of steps over a config. Data only. */
export interface Pipeline<C extends z.ZodObject = z.ZodObject, Out = unknown> extends About {
  readonly kind: 'pipeline';
  readonly name: string;
  readonly config: C;
  readonly plan: Plan;
  readonly schedule: Cron | null;
  /** The data sets that start it. */
  readonly on: readonly OnDataset[];
  /** What starts it from outside. */
  readonly sensors: readonly Sensor[];
  /** null: it has none. */
  readonly deadline: Deadline | null;
  /** null: its runs are about no partition. */
  readonly partitions: Partitions | null;
  /** The pipelines that its graph calls. */
  readonly calls: readonly Pipeline[];
  /** What its own steps and sensors need of the environment, by name. */
  readonly resources: readonly Resource[];
  /** The contracts of its own steps, by name. */
  readonly steps: ReadonlyMap<string, StepContract>;
  /** What its approvals ask for beside yes or no, by the approval's id. */
  readonly answers: ReadonlyMap<string, z.ZodType>;
  /** Never there at run time: carries the type of the pipeline's value. */
  readonly [OUTPUT]?: Out;
}

/** What a run of the pipeline is started with: fields with a default may be left out. */
export type ConfigOf<P> = P extends Pipeline<infer C> ? z.input<C> : never;

/** What a run of the pipeline ends with. */
export type OutputOf<P> = P extends { readonly [OUTPUT]?: infer Out } ? Exclude<Out, undefined> : never;

/**
 * Declares a pipeline: traces its graph to a plan and checks it.
 *
 * @throws PER_DEF_001 to PER_DEF_012, PER_DEF_016, PER_DEF_017, PER_DEF_024, PER_DEF_052, PER_DEF_060, PER_DEF_070, PER_DEF_071, PER_DEF_081, PER_DEF_082, PER_DEF_085, PER_DEF_086, PER_DEF_088, PER_DEF_093, each naming the node.
 * @example
 * const greet = pipeline('greet', {
 *   config: z.object({ name: z.string().default('you') }),
 *   graph: (g, config) => g.run(hello, { name: config.name }),
 * });
 */
export function pipeline<C extends z.ZodObject, R, P extends Partitions | undefined = undefined>(
  name: string,
  options: PipelineOptions<C, R, P>,
): Pipeline<C, ValueOf<R>> {
  checkName('pipeline', name);
  refuseUnknownOptions(`the pipeline ${name}`, options, PIPELINE_OPTIONS);
  refuseUnlisted(`onFailure of the pipeline ${name}`, options.onFailure, ON_FAILURE);
  checkSchedule(name, options);
  const { triggers, sensors: declared } = startersOf(options.on);
  const on = readTriggers(name, { ...options, on: triggers });
  const sensors = readSensors(name, declared, options);
  const partitions = options.partitions ?? null;
  if (partitions !== null && PARTITION in options.config.shape) {
    throw perennialError(
      'PER_DEF_052',
      `The config of ${name} has a key 'partition', which is that of the run's partition.`,
    );
  }
  const { body, steps, calls, answers } = traceGraph(options.graph, partitionRef<P>(partitions));
  const names = [...steps.keys()].sort();
  const plan: Plan = {
    format: 1,
    pipeline: name,
    steps: Object.fromEntries(
      [...steps.values()]
        .sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name))
        .map((s) => [s.name, planStep(s)]),
    ),
    body,
    config: jsonSchema(options.config, 'input', `The config of the pipeline ${name}`),
    onFailure: options.onFailure ?? 'cancel',
  };
  checkPlan(plan);
  return Object.freeze({
    kind: 'pipeline',
    name,
    config: options.config,
    plan,
    schedule: options.schedule ?? null,
    on,
    sensors,
    deadline: options.deadline ?? null,
    partitions,
    calls: Object.freeze([...calls.values()]),
    steps,
    resources: Object.freeze(resourcesOf([...steps.values(), { resources: resourcesOfSensors(sensors) }])),
    answers,
    ...readAbout(`the pipeline ${name}`, options),
  });
}

/** A tick, and a deadline, is about the newest day or month; of names it would be about none. */
function checkSchedule(
  name: string,
  {
    schedule,
    deadline,
    partitions,
  }: { readonly schedule?: Cron; readonly deadline?: Deadline; readonly partitions?: Partitions | undefined },
): void {
  if (partitions?.kind !== 'keys') return;
  if (deadline !== undefined) {
    throw perennialError(
      'PER_DEF_085',
      `${name} has a deadline, and partitions by name, of which it would be about none.`,
    );
  }
  if (schedule === undefined) return;
  throw perennialError('PER_DEF_007', `${name} has a schedule, and partitions by name, of which no tick is about one.`);
}

/** Pipelines and all that they call, directly or not; each once, callers first. */
export function withCalled(pipelines: readonly Pipeline[]): Pipeline[] {
  const all = new Set(pipelines);
  // A set goes on to what is added while it is walked.
  for (const { calls } of all) for (const called of calls) all.add(called);
  return [...all];
}

const ON_FAILURE: Readonly<Record<Plan['onFailure'], true>> = { cancel: true, 'finish-others': true };
