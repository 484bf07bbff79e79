import fc from 'fast-check';
import { isPerennialError } from '../../../core/errors';
import { type Intervention, type InterventionEvent, refuseIntervention } from '../../../core/interpret';
import type { Json } from '../../../core/plan/json';
import type { Inside } from '../../../testing/run-local';
import type { Asked } from './people';

/** Somebody who acts on a run once. Which node it is about is drawn of those that there are then. */
const anyDeed = fc.record({
  at: fc.integer({ min: 1, max: 3_000_000_000 }),
  action: fc.constantFrom('pause', 'cancel-node', 'cancel-node', 'skip', 'skip', 'retry-now', 'retry-now'),
  /** How long a pause lasts. */
  lasts: fc.integer({ min: 1, max: 1_000_000_000 }),
  /** Most go for a node that is open, and some for any. */
  wild: fc.nat(5),
  luck: fc.nat(0xffff),
});
type Deed = typeof anyDeed extends fc.Arbitrary<infer T> ? T : never;

export type Deeds = readonly Deed[];
export const anyDeeds = fc.array(anyDeed, { minLength: 1, maxLength: 4 });

/** What was asked of a run, and what it said: the code of a refusal, or null. */
export interface Done {
  readonly asked: Asked[];
  readonly answers: (string | null)[];
}

type Shell = Parameters<NonNullable<Inside['begun']>>[0];
type Bench = Parameters<NonNullable<Inside['begun']>>[1];

/** Does the deeds in a run as they come due, as the Update of a workflow would, and takes down what came of each. */
export function meddle(deeds: readonly Deed[], done: Done): NonNullable<Inside['begun']> {
  return (shell, bench) => {
    const act = (ask: Intervention): void => {
      done.asked.push({ at: bench.clock.now, ask });
      done.answers.push(carryOut(shell, bench, ask));
    };
    for (const deed of deeds) {
      bench.clock.after(deed.at, () => {
        const ask = askOf(shell, deed);
        if (ask) act(ask);
        if (deed.action !== 'pause') return;
        bench.clock.after(deed.lasts, () => {
          act({ action: 'resume', by: 'ana', reason: null });
        });
      });
    }
  };
}

function askOf({ state }: Shell, { action, wild, luck }: Deed): Intervention | null {
  const actor = { by: 'ana', reason: luck % 2 === 0 ? null : 'the wrong table' };
  if (action === 'pause') return { action, ...actor };
  const known = Object.entries(state.nodes).filter(([, { shard }]) => shard === undefined);
  const open = known.filter(([, { status }]) => status === 'pending' || status === 'running' || status === 'waiting');
  const kinds = open.filter(([address]) => action === 'cancel-node' || !address.endsWith(']'));
  const nodes = (wild === 0 || kinds.length === 0 ? known : kinds).map(([address]) => address);
  // Of a map or a repetition also the item that a node stands in.
  const items = nodes.flatMap((address) =>
    /\]\/[^/]+$/.test(address) ? [address.slice(0, address.lastIndexOf('/'))] : [],
  );
  const those = action === 'cancel-node' || wild === 0 ? [...nodes, ...items] : nodes;
  const node = those[luck % Math.max(1, those.length)];
  if (node === undefined) return null;
  if (action !== 'skip') return { action, node, ...actor };
  const isWait = state.nodes[node]?.until !== undefined;
  const output: Json = wild === 1 ? { given: luck } : luck;
  return isWait === (wild !== 2) ? { action, node, ...actor } : { action, node, output, ...actor };
}

function carryOut(shell: Shell, { records }: Bench, ask: Intervention): string | null {
  try {
    refuseIntervention(shell.plan, shell.state, ask);
  } catch (error) {
    if (isPerennialError(error)) return error.code;
    throw error;
  }
  shell.receive(eventOf(ask));
  // The activity that takes down what a person gives does so for the node as well.
  if (ask.action === 'skip' && ask.output !== undefined) {
    const { node, output } = ask;
    records.note({ type: 'note', note: { address: node, node, kind: 'step', status: 'completed', output } }, '');
  }
  return null;
}

function eventOf(ask: Intervention): InterventionEvent {
  const { by, reason } = ask;
  switch (ask.action) {
    case 'pause':
      return { type: 'paused', by, reason, at: '2001-01-01T00:00:00.000Z' };
    case 'resume':
      return { type: 'resumed' };
    case 'cancel-node':
      return { type: 'node-cancelled', address: ask.node, by, reason };
    case 'retry-now':
      return { type: 'hurried', address: ask.node };
    case 'skip':
      return { type: 'given', address: ask.node, output: ask.output ?? null };
    case 'cancel':
      throw new Error('whole runs are cancelled by the test kit itself');
  }
}
