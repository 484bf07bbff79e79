import { CancellationScope } from '@temporalio/workflow';
import type { StepUse } from '../../core/define/hand-written';
import { type PerennialError, perennialError } from '../../core/errors/in-workflows';
import type { BegunWritten, NodeNote, StepArgument } from '../../core/interpret/activity';
import { milliseconds } from '../../core/plan/duration';
import { type Json, jsonOf } from '../../core/plan/json';
import { priorityFault, tagsFault } from '../../core/plan/labels';
import { checkName } from '../../core/plan/name';
import { contractAt } from '../../core/plan/override';
import type { PlanStep, StepNode } from '../../core/plan/plan';
import { readRetry } from '../../core/plan/retry';
import { WORKFLOW_POOL } from '../../core/plan/workflow-pool';
import type { CachedOutputs } from '../cached-outputs';
import { dispatch } from '../dispatch';
import { eventOf } from '../failures';
import { refusing, thrownOf, toFailure } from './failure';
import { cachedOutputsOf, records } from './records';

/** Runs the steps of one recorded run, each under an id of its own. */
export class RunOfSteps {
  private readonly used = new Set<string>();
  private readonly pending = new Set<Promise<unknown>>();
  private readonly cached: CachedOutputs;
  private closed = false;

  constructor(
    readonly id: string,
    private readonly begun: BegunWritten,
    private readonly cache: boolean,
  ) {
    this.cached = cachedOutputsOf(id);
  }

  step(key: string, input: unknown, use: StepUse = {}): Promise<Json> {
    if (this.closed) return Promise.reject(toFailure(this.closedError(key)));
    const work = this.run(key, input, use);
    this.pending.add(work);
    const forget = (): void => {
      this.pending.delete(work);
    };
    work.then(forget, forget);
    return work;
  }

  /** Resolves when nothing of it runs any more. From then on nothing of it begins. */
  async close(): Promise<void> {
    while (this.pending.size > 0) await Promise.allSettled(this.pending);
    this.closed = true;
  }

  private closedError(key: string): PerennialError {
    return perennialError('PER_RUN_115', `'${key}' was asked for after the run ${this.id} had ended.`);
  }

  private async run(key: string, input: unknown, use: StepUse): Promise<Json> {
    const { id, node, step, argument } = refusing(() => this.read(key, input, use));
    const { override } = node;
    const facts = { run: this.id, address: id, node: id, step: step.name, plan: this.begun.hash };
    const how = { cache: this.cache, model: null, handWritten: true, ...(override && { override }) } as const;
    try {
      return await this.outputOf(contractAt(step, node), { ...facts, input: argument, ...how });
    } catch (error) {
      const event = eventOf(id, error);
      if (event.type !== 'failed') {
        await this.note({ address: id, node: id, kind: 'step', status: 'cancelled' });
        throw error;
      }
      const { failure } = event;
      await this.note({ address: id, node: id, kind: 'step', status: 'failed', error: failure });
      throw thrownOf({ ...failure, message: `${id}: ${failure.message}` }, error);
    }
  }

  /** What the cache has does not wait for another pool's worker. */
  private async outputOf(step: PlanStep, argument: StepArgument): Promise<Json> {
    const { pool } = step;
    if (argument.cache && step.cache && pool !== WORKFLOW_POOL) {
      const { address, node, input } = argument;
      const hit = await this.cached.ask({ address, node, step: step.name, pool, input });
      if (hit !== null) return hit.output;
    }
    return dispatch(step, argument, false);
  }

  /** Says what an execution that was lost could not. */
  private async note(note: NodeNote): Promise<void> {
    await CancellationScope.nonCancellable(() => records['perennial.note-node']({ run: this.id, notes: [note] }));
  }

  /** @throws PER_RUN_112 PER_DEF_001 PER_DEF_002 PER_DEF_020 PER_DEF_021 */
  private read(key: string, input: unknown, use: StepUse) {
    const { steps } = this.begun;
    const step = Object.hasOwn(steps, key) ? steps[key] : undefined;
    if (step === undefined) {
      const known = Object.keys(steps).join(', ') || 'none';
      throw perennialError('PER_RUN_112', `${this.id} declares no step '${key}' (known: ${known}).`);
    }
    const id = this.takeId(step.name, use.id);
    return { id, node: readUse(id, step, use), step, argument: argumentOf(id, input) };
  }

  private takeId(name: string, asked: string | undefined): string {
    const id = asked ?? this.freeId(name);
    checkName('node', id);
    if (this.used.has(id)) throw perennialError('PER_RUN_112', `Two nodes of ${this.id} are called ${id}.`);
    this.used.add(id);
    return id;
  }

  private freeId(name: string): string {
    let [id, count] = [name, 1];
    while (this.used.has(id)) id = `${name}-${(count += 1)}`;
    return id;
  }
}

function readUse(id: string, step: PlanStep, use: StepUse): Pick<StepNode, 'override' | 'priority' | 'tags'> {
  const { timeout, retry, cache, priority, tags } = use;
  const wrong = priorityFault(priority);
  if (wrong !== null) throw perennialError('PER_DEF_020', `The node ${id} ${wrong}.`);
  const malformed = tagsFault(tags);
  if (malformed !== null) throw perennialError('PER_DEF_021', `The node ${id} ${malformed}.`);
  const override = {
    ...(timeout !== undefined && { timeout: milliseconds(timeout, `The timeout of ${id}`) }),
    ...(retry !== undefined && { retry: readRetry(id, retry, step.retry) }),
    ...(cache !== undefined && { cache }),
  };
  return {
    ...(Object.keys(override).length > 0 && { override }),
    ...(priority !== undefined && { priority }),
    ...(tags !== undefined && { tags }),
  };
}

function argumentOf(id: string, input: unknown): Json {
  try {
    return jsonOf(input ?? null);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw perennialError('PER_RUN_112', `The input of ${id} is no JSON: ${why}.`, { cause: error });
  }
}
