import type { Duration, GivenValues, Implementation, Json, Pipeline, StepLog } from '../core';
import { perennialError } from '../core/errors';
import { allNodes } from '../core/nodes';
import type { PlanNode } from '../core/plan/plan';

/** A person's answer, as it would be sent. */
export interface LocalAnswer {
  readonly approved: boolean;
  readonly by: string;
  readonly note?: string;
  /** What the approval asks for beside yes or no. */
  readonly answer?: Json;
  /** How long after it was asked. Default: at once. */
  readonly after?: Duration;
}

/** What an approval shows, and where. */
export interface Asked {
  readonly address: string;
  readonly show: Json;
}

/** One answer; several, in their order, where some are refused; null: nobody answers. */
export type Answers = LocalAnswer | readonly LocalAnswer[] | null;

/** One execution of a node, as options that are functions are asked about it. */
export interface Trial {
  /** `train`, `per-seed[3]/train`; inside a called run behind the address of the call: `score/train`. */
  readonly address: string;
  /** 1 for the first. */
  readonly execution: number;
  readonly input: Json;
}

/** By a node's address, its id, or its step's name: the first of these that is there counts. */
export type ByNode<T> = { readonly [node: string]: T };

/** How a plan is run in this process. */
export interface LocalOptions {
  /** The steps' code, real or made for the test; of two with the same step the first counts. Only steps that run need any. */
  readonly steps: Implementation | readonly Implementation[];
  /** Answers to approvals. One that nobody answers waits for its time-out. */
  readonly answers?: ByNode<Answers | ((asked: Asked) => Answers)>;
  /** Virtual time that each execution takes. Default: none. One that takes longer than its contract allows is timed out. */
  readonly durations?: ByNode<Duration | ((trial: Trial) => Duration)>;
  /**
   * What executions fail with, in place of running the step's code: the first execution with the first of a list, and so
   * on; null runs the code.
   */
  readonly failures?: ByNode<readonly (Error | null)[] | ((trial: Trial) => Error | null)>;
  /** Asks the run to cancel so much virtual time after its begin. */
  readonly cancelAfter?: Duration;
  /** Key of the partition that it works on, where the pipeline has any. */
  readonly partition?: string;
  /** Values of the resources that the steps need, by the resource's name. */
  readonly resources?: GivenValues;
  /** The moment at which the run begins, which answers are dated by and waits go by. Default `2001-01-01T00:00:00.000Z`. */
  readonly startedAt?: string;
  /** Where the lines of the steps' code go. Default: nowhere. */
  readonly log?: StepLog;
}

/** What an option says about a node: by the first of its names that is there. */
export function saidOf<T>(option: ByNode<T> | undefined, names: readonly string[]): T | undefined {
  const name = names.find((one) => option !== undefined && Object.hasOwn(option, one));
  return name === undefined ? undefined : option?.[name];
}

/**
 * Refuses options about nodes that are not there: a mistyped name would change nothing, in silence.
 *
 * @throws PER_RUN_081
 */
export function checkNames(pipelines: readonly Pipeline[], options: LocalOptions): void {
  const nodes = pipelines.flatMap(({ plan }) => allNodes(plan.body));
  const steps = nodes.flatMap((node) => (node.kind === 'step' ? [node.id, node.step] : []));
  refuseUnknown('answers', options.answers, idsOf(nodes, 'approval'));
  refuseUnknown('durations', options.durations, steps);
  refuseUnknown('failures', options.failures, steps);
}

function idsOf(nodes: readonly PlanNode[], kind: PlanNode['kind']): string[] {
  return nodes.filter((node) => node.kind === kind).map(({ id }) => id);
}

function refuseUnknown(option: string, given: ByNode<unknown> | undefined, known: readonly string[]): void {
  for (const name of Object.keys(given ?? {})) {
    if (known.includes(name.slice(name.lastIndexOf('/') + 1))) continue;
    const there = [...new Set(known)].join(', ') || 'none';
    throw perennialError('PER_RUN_081', `\`${option}\` names '${name}', which no plan here has (it has: ${there}).`);
  }
}
