import {
  ApplicationFailure,
  CancellationScope,
  currentUpdateInfo,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import { isPerennialError, perennialError } from '../core/errors';
import {
  type Intervened,
  type Intervention,
  type InterventionEvent,
  readIntervention,
  refuseIntervention,
  saying,
  type StepPlace,
} from '../core/interpret';
import { allNodes } from '../core/nodes';
import type { Shell } from './carry-out';
import { engine } from './engine-activities';

/** A person acts on a run, or on one of its nodes. */
export const interveneUpdate = defineUpdate<Intervened, [Intervention]>('intervene');

/**
 * Takes interventions for a run, or for a shard of one. The validator looks at the state only. What needs no more is done
 * at once and then recorded; for a skip and a hurried try the records have the last word, and until then nothing that
 * comes of the node counts.
 */
export function takeInterventions(run: string, shell: () => Shell | null): void {
  setHandler(
    interveneUpdate,
    (asked: Intervention) => {
      const acting = shell();
      if (!acting) throw refusal(notBegun());
      return CancellationScope.nonCancellable(() => intervene(run, acting, readIntervention(asked)));
    },
    {
      validator: (asked: Intervention) => {
        const acting = shell();
        try {
          const ask = readIntervention(asked);
          if (!acting) throw notBegun();
          refuseIntervention(acting.plan, acting.state, ask);
          if ('node' in ask) acting.refuseUndecided(ask.node);
        } catch (error) {
          throw refusal(error);
        }
      },
      description: 'A person pauses, resumes or cancels the run, or cancels, hurries or skips a node.',
    },
  );
}

async function intervene(run: string, shell: Shell, ask: Intervention): Promise<Intervened> {
  const at = new Date().toISOString();
  const id = currentUpdateInfo()?.id ?? at;
  const step = 'node' in ask ? stepAt(shell, ask.node) : null;
  const record = () => engine['perennial.intervene']({ run, id, at, ask, pipeline: shell.plan.pipeline, step });
  if (ask.action === 'skip' || ask.action === 'retry-now') {
    await shell.decide(ask.node, async (): Promise<InterventionEvent> => {
      const { output } = await record();
      return ask.action === 'skip'
        ? { type: 'given', address: ask.node, output }
        : { type: 'hurried', address: ask.node };
    });
    return { at };
  }
  act(shell, ask, at);
  await record();
  return { at };
}

function act(shell: Shell, ask: Exclude<Intervention, { action: 'skip' | 'retry-now' }>, at: string): void {
  const { by, reason } = ask;
  switch (ask.action) {
    case 'pause':
      shell.receive({ type: 'paused', by, reason, at });
      return;
    case 'resume':
      shell.receive({ type: 'resumed' });
      return;
    case 'cancel-node':
      shell.receive({ type: 'node-cancelled', address: ask.node, by, reason });
      return;
    case 'cancel':
      shell.cancel(`${saying('Cancelled', ask)}.`, ask);
  }
}

function stepAt({ plan, state }: Shell, address: string): StepPlace | null {
  const id = state.nodes[address]?.node;
  const node = allNodes(plan.body).find((each) => each.id === id);
  const step = node?.kind === 'step' ? plan.steps[node.step] : undefined;
  return node && step ? { node: node.id, step: step.name, pool: step.pool, contract: step.contract } : null;
}

function notBegun(): Error {
  return perennialError('PER_RUN_041', 'The run has not begun.');
}

/** The refusal as Temporal carries it: the code is its type. */
function refusal(error: unknown): unknown {
  if (!isPerennialError(error)) return error;
  return ApplicationFailure.create({ type: error.code, message: error.message, nonRetryable: true });
}
