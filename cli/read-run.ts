import type { Pool } from 'pg';
import { digestsIn } from '../activities/run-step/digests-in';
import { perennialError } from '../core/errors';
import type { Plan } from '../core/plan/plan';
import { insideOfMap, noSuchNode } from '../core/rerun/no-such-node';
import { idIn, outlineOf, wholeAddress } from '../core/rerun/outline';
import { findArtifacts } from '../store/artifacts';
import { type CacheEntryRow, findEntry } from '../store/cache/find-entry';
import { listCosts } from '../store/cost/list-costs';
import { sumCost } from '../store/cost/sum-cost';
import { type ExecutionsPage, listExecutions } from '../store/executions/list-executions';
import { listInterventions } from '../store/interventions/list-interventions';
import { findNode } from '../store/nodes/find-node';
import { listNodes, type NodesPage } from '../store/nodes/list-nodes';
import type { NodeRow } from '../store/nodes/node-row';
import { findPlan } from '../store/plans/find-plan';
import { findRun } from '../store/runs/find-run';
import { findEventOfRun } from '../store/sensors/find-event-of-run';
import type { RunRow } from '../store/runs/run-row';
import { findTriggered } from '../store/triggers/find-triggered';
import { approvalsOf } from './views/approvals';
import { retryingOf, retryOf } from './views/attempts';
import { usesIn } from './views/node-use';
import type { NodeArtifact, NodeView } from './views/node-view';
import type { RunView } from './views/run-view';
import { shellWord } from './views/shell-word';

/**
 * A run with a page of its nodes, and all executions and costs of them.
 *
 * @throws PER_KEEP_004 when the records hold no such run
 */
export async function readRun(db: Pool, id: string, page: NodesPage): Promise<RunView> {
  const run = await knownRun(db, id);
  const nodes = await listNodes(db, id, page);
  const shown = new Set(nodes.map((node) => node.address));
  const [executions, costs, cost, plan, interventions, triggered, sensor] = await Promise.all([
    allPages((p) => listExecutions(db, id, p)),
    allPages((p) => listCosts(db, id, p)),
    sumCost(db, id),
    planOf(db, id),
    listInterventions(db, id, { limit: 100 }),
    findTriggered(db, [id]),
    findEventOfRun(db, id),
  ]);
  return {
    run,
    sensor,
    nodes,
    executions: executions.filter((e) => shown.has(e.address)),
    costs: costs.filter((c) => shown.has(c.address)),
    cost,
    ...factsOf(plan),
    retrying: run.status === 'running' ? retryingOf(plan, nodes, executions) : [],
    approvals: approvalsOf(plan, nodes),
    interventions,
    triggered: triggered.get(id) ?? null,
  };
}

/**
 * One node of a run with all that the records tell of it.
 *
 * @throws PER_KEEP_004 when the records hold no such run, PER_RUN_036 when the run has no such node
 */
export async function readNode(db: Pool, id: string, address: string): Promise<NodeView> {
  const run = await knownRun(db, id);
  const node = await findNode(db, id, address);
  if (node === null) {
    refuseUnknown(await planOf(db, id), address);
    throw perennialError(
      'PER_RUN_036',
      `'${address}' of ${id} has not begun; \`perennial why ${id} ${shellWord(address)}\` says why.`,
    );
  }
  const [artifacts, executions, costs, entry, plan, interventions] = await Promise.all([
    artifactsOf(db, node),
    allPages((p) => listExecutions(db, id, { ...p, address })),
    allPages((p) => listCosts(db, id, { ...p, address })),
    entryOf(db, node),
    planOf(db, id),
    listInterventions(db, id, { limit: 100, node: address }),
  ]);
  return {
    ...{ run, node, artifacts, executions, costs, entry, ...factsOf(plan), interventions },
    attempts: retryOf(plan, node)?.attempts ?? null,
    retrying: run.status === 'running' ? (retryingOf(plan, [node], executions)[0] ?? null) : null,
    approval: approvalsOf(plan, [node])[0] ?? null,
  };
}

/** @throws PER_KEEP_004 when the records hold no such run */
export async function knownRun(db: Pool, id: string): Promise<RunRow> {
  const run = await findRun(db, id);
  if (run === null) throw perennialError('PER_KEEP_004', `The records hold no run '${id}'.`);
  return run;
}

/** @throws PER_RUN_036 for what is no node of a plan, or leaves out which item is meant */
export function refuseUnknown(plan: Plan | null, address: string): void {
  // A plan without nodes cannot tell which the code has.
  if (plan === null || plan.handWritten) return;
  const outline = outlineOf(plan);
  if (!outline.has(idIn(address))) throw noSuchNode(address, outline);
  const example = wholeAddress(outline, address);
  if (example !== null) throw insideOfMap(address, example);
}

/** The plan that a run has; null: the records do not hold the run, or its plan. */
export async function planOf(db: Pool, id: string): Promise<Plan | null> {
  const run = await findRun(db, id);
  return run === null ? null : ((await findPlan(db, run.plan_hash))?.plan ?? null);
}

function factsOf(plan: Plan | null): Pick<RunView, 'uncached' | 'uses'> {
  // A plan without nodes cannot tell which use of a step asked for what.
  if (plan === null || plan.handWritten) return { uncached: null, uses: {} };
  const uncached = Object.values(plan.steps).flatMap((step) => (step.cache ? [] : [step.name]));
  return { uncached, uses: usesIn(plan) };
}

async function artifactsOf(db: Pool, { input, output }: NodeRow): Promise<NodeArtifact[]> {
  const sides = [
    { side: 'input', digests: digestsIn(input) },
    { side: 'output', digests: digestsIn(output) },
  ] as const;
  const found = await findArtifacts(db, [...new Set(sides.flatMap(({ digests }) => digests))]);
  const byDigest = new Map(found.map((artifact) => [artifact.digest, artifact]));
  return sides.flatMap(({ side, digests }) =>
    digests.flatMap((digest) => {
      const artifact = byDigest.get(digest);
      return artifact === undefined ? [] : [{ ...artifact, side }];
    }),
  );
}

/** The entry of a hit is the one that was hit; else it is the node's own. */
async function entryOf(db: Pool, { run_id: run, address, step, cache }: NodeRow): Promise<CacheEntryRow | null> {
  if (step === null || cache === null) return null;
  return findEntry(db, { step, ...(cache.hit ? cache.from : { run, address }) });
}

interface PerExecution {
  readonly address: string;
  readonly fence: number;
}

/** Reads a list by execution to its end. */
async function allPages<T extends PerExecution>(read: (page: ExecutionsPage) => Promise<T[]>): Promise<T[]> {
  const limit = 1_000;
  const all: T[] = [];
  for (;;) {
    const last = all.at(-1);
    const rows = await read({
      limit,
      ...(last === undefined ? {} : { after: { address: last.address, fence: last.fence } }),
    });
    all.push(...rows);
    if (rows.length < limit) return all;
  }
}
