import fc from 'fast-check';
import { isPerennialError } from '../../../core/errors';
import { type Intervention, type InterventionEvent, refuseIntervention } from '../../../core/interpret';
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

/** Whoever acts while a run goes on: the run itself, and what it calls. */
export interface Meddler {
  readonly begun: NonNullable<Inside['begun']>;
  readonly calling: NonNullable<Inside['calling']>;
}

/** A workflow that a person may act on, and what stands before its addresses: a called run does not know of it. */
interface Reached {
  readonly shell: Shell;
  readonly path: string;
}

/**
 * Does the deeds in a run as they come due, as the Update of a workflow would, and takes down what came of each.
 *
 * @param within inside the runs that it calls, too
 */
export function meddle(deeds: readonly Deed[], done: Done, within: boolean): Meddler {
  const called: Reached[] = [];
  const begun: Meddler['begun'] = (shell, bench) => {
    const root = { shell, path: '' };
    const act = (at: Reached, ask: Intervention): void => {
      done.asked.push({ at: bench.clock.now, ask: 'node' in ask ? { ...ask, node: at.path + ask.node } : ask });
      done.answers.push(carryOut(at, bench, ask));
    };
    for (const deed of deeds) {
      bench.clock.after(deed.at, () => {
        const asked = askOf([root, ...called], deed);
        if (asked) act(asked.at, asked.ask);
        if (deed.action !== 'pause') return;
        bench.clock.after(deed.lasts, () => {
          act(root, { action: 'resume', by: 'ana', reason: null });
        });
      });
    }
  };
  return {
    begun,
    calling(shell, path) {
      if (within) called.push({ shell, path });
    },
  };
}

/** A node that a person may name, and the run or the shard that it is in. */
interface Named extends Reached {
  readonly address: string;
  readonly isOpen: boolean;
}

function askOf(
  [root, ...called]: readonly [Reached, ...Reached[]],
  deed: Deed,
): { readonly at: Reached; readonly ask: Intervention } | null {
  const { action, wild, luck } = deed;
  const actor = { by: 'ana', reason: luck % 2 === 0 ? null : 'the wrong table' };
  if (action === 'pause') return { at: root, ask: { action, ...actor } };
  const named = [root, ...called].flatMap(({ shell, path }) =>
    shell.underWay().flatMap((each) => nodesIn({ shell: each, path })),
  );
  const open = named.filter(({ isOpen }) => isOpen);
  const nodes = wild === 0 || open.length === 0 ? named : open;
  const those = action === 'cancel-node' || wild === 0 ? [...nodes, ...nodes.flatMap(itemOf)] : nodes;
  const one = those[luck % Math.max(1, those.length)];
  if (!one) return null;
  const { address: node } = one;
  if (action !== 'skip') return { at: one, ask: { action, node, ...actor } };
  // For a step with an output, for a wait without one; and sometimes the other way.
  const isWait = one.shell.state.nodes[node]?.until !== undefined;
  const isGiven = isWait === (wild === 2);
  return { at: one, ask: { action, node, ...(isGiven && { output: luck }), ...actor } };
}

/** In a shard what it knows of the outside is not its own. */
function nodesIn({ shell, path }: Reached): Named[] {
  const { nodes, goal } = shell.state;
  return Object.entries(nodes).flatMap(([address, { shard, scope, status }]) => {
    if (shard !== undefined || (goal !== null && scope === '')) return [];
    return [{ shell, path, address, isOpen: status === 'pending' || status === 'running' || status === 'waiting' }];
  });
}

function itemOf(node: Named): Named[] {
  const item = /^(.*\])\/[^/]+$/.exec(node.address)?.[1];
  return item === undefined ? [] : [{ ...node, address: item }];
}

function carryOut({ shell, path }: Reached, { records }: Bench, ask: Intervention): string | null {
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
    records.note({ type: 'note', note: { address: node, node, kind: 'step', status: 'completed', output } }, path);
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
