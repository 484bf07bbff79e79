import { evaluate } from '../expr/evaluate';
import type { Json } from '../plan/json';
import type { FinallyNode } from '../plan/plan';
import type { RunEnd } from '../plan/run-end';
import { change, type Draft, nodeAt, note, planNode, valuesAt } from './draft';
import { failureOf } from './failure';
import { ownersOf } from './inside';
import { closeScope, openScope } from './scopes';
import { cancel, failWith } from './settle';
import { skip } from './skip';
import type { Ending } from './state';

/** Key of the scope that the final body under way stands in. No address has the sign. */
const LAST = '#finally';

/**
 * What the run has come to, now that all its nodes have ended: its value, or why it has none. Final bodies come next;
 * without any the run is over.
 */
export function conclude(draft: Draft): void {
  failAround(draft);
  for (const [address, { status }] of Object.entries(draft.nodes)) if (status === 'running') cancel(draft, address);
  const { output, ending } = outcomeOf(draft);
  const left = draft.goal === null && !draft.hard ? finalBodies(draft, ending) : [];
  if (draft.goal === null) skipOthers(draft, left);
  draft.finish = { output, ending, left, failure: null };
  draft.ending = null;
  draft.stopping = false;
  // Scopes of what was stopped have nobody to end.
  draft.closed.length = 0;
}

/** What a node has failed in that brings the run to its end has failed with it; the rest of what runs is stopped. */
function failAround(draft: Draft): void {
  const cause = draft.failure;
  if (!cause || draft.ending?.status !== 'failed') return;
  for (const owner of ownersOf(draft, cause.address)) {
    if (nodeAt(draft, owner).status === 'running') failWith(draft, owner, cause);
  }
}

/** Opens the next final body. False when none is left. */
export function openNext(draft: Draft): boolean {
  const { finish } = draft;
  const [id, ...left] = finish?.left ?? [];
  if (!finish || id === undefined) return false;
  draft.finish = { ...finish, left };
  const { node } = planNode(draft, id);
  const items = [{ ...endOf(draft, finish.ending) }];
  draft.scopes[LAST] = { owner: null, remaining: 1, failed: false };
  draft.nodes[id] = { node: id, status: 'pending', scope: LAST, at: {}, needs: [] };
  change(draft, id, {
    status: 'running',
    map: { items, from: 0, shardSize: null, units: 1, opened: 1, maxUnits: 1 },
  });
  note(draft, id, { status: 'running', input: items[0] ?? null });
  openScope(draft, id, id, node.kind === 'finally' ? node.body.nodes : [], {});
  closeScope(draft, id);
  return true;
}

/** True when no final body is under way. */
export function isBetween(draft: Draft): boolean {
  return (draft.scopes[LAST]?.remaining ?? 0) === 0;
}

/** The run's last word, once no final body is left. */
export function lastWord(draft: Draft): { readonly output: Json; readonly ending: Ending | null } {
  const { output = null, ending = null, failure = null } = draft.finish ?? {};
  if (ending || !failure) return { output, ending };
  const reason = `${failure.address}: ${failure.failure.message}`;
  return { output: null, ending: { status: 'failed', reason, failure: failure.failure } };
}

function outcomeOf(draft: Draft): { readonly output: Json; readonly ending: Ending | null } {
  if (draft.ending) return { output: null, ending: draft.ending };
  if (draft.failure) {
    const { address, failure } = draft.failure;
    return { output: null, ending: { status: 'failed', reason: `${address}: ${failure.message}`, failure } };
  }
  try {
    if (draft.goal !== null) return { output: draft.nodes[draft.goal]?.output ?? null, ending: null };
    return { output: evaluate(draft.index.plan.body.output, valuesAt(draft, {})), ending: null };
  } catch (error) {
    const failure = failureOf(error);
    return { output: null, ending: { status: 'failed', reason: `the pipeline's value: ${failure.message}`, failure } };
  }
}

/** Final bodies that have not been opened never will be. */
export function skipLeft(draft: Draft): void {
  const { body } = draft.index.plan;
  const left = draft.finish?.left ?? [];
  if (left.length > 0) skip(draft, {}, { ...body, nodes: body.nodes.filter(({ id }) => left.includes(id)) });
}

function skipOthers(draft: Draft, left: readonly string[]): void {
  const { body } = draft.index.plan;
  const others = body.nodes.filter(({ kind, id }) => kind === 'finally' && !left.includes(id));
  if (others.length > 0) skip(draft, {}, { ...body, nodes: others });
}

/** Those for a failure first, then those for any end, each in the order of the plan. */
function finalBodies(draft: Draft, ending: Ending | null): string[] {
  const all = draft.index.plan.body.nodes.flatMap((node): FinallyNode[] => (node.kind === 'finally' ? [node] : []));
  const hasFailed = ending?.status === 'failed' || ending?.status === 'rejected';
  const fits = all.filter(({ when }) => when === 'always' || hasFailed);
  return [...fits.filter(({ when }) => when === 'failure'), ...fits.filter(({ when }) => when === 'always')].map(
    ({ id }) => id,
  );
}

function endOf(draft: Draft, ending: Ending | null): RunEnd {
  return {
    status: ending?.status ?? 'completed',
    node: draft.failure?.address ?? null,
    type: ending?.failure?.type ?? null,
    message: ending?.reason ?? null,
  };
}
