import type { Pool } from 'pg';
import { perennialError } from '../core/errors';
import { readNodes } from '../core/expr/reads';
import { allNodes, readsOf } from '../core/nodes';
import type { Plan, PlanNode } from '../core/plan/plan';
import { containersOf, idIn, outlineOf } from '../core/rerun/outline';
import { findCode, findEnvironment } from '../store/cache/find-key-part';
import type { CodeDetail } from '../store/cache/key-part';
import { findNode } from '../store/nodes/find-node';
import type { CacheMiss, CacheParts, NodePlace, NodeRow } from '../store/nodes/node-row';
import { findPlan } from '../store/plans/find-plan';
import type { RunRow } from '../store/runs/run-row';
import { knownRun, readNode, refuseUnknown } from './read-run';
import { aboutNode, whyOutside } from './views/about-node';
import { type Difference, namedDifferences, inputDifferences } from './views/differences';
import type { NodeView } from './views/node-view';

/** A node that another one has to wait for. `status` is null while it has not begun. */
export interface Need {
  readonly address: string;
  readonly status: NodeRow['status'] | null;
}

/** Why a node ran or did not: what the records tell, and what differed from the output that could have been used. */
export interface WhyView {
  readonly run: string;
  readonly address: string;
  /** null: it has not begun. */
  readonly view: NodeView | null;
  /** Whose output was nearest, when the cache missed. */
  readonly against: NodePlace | null;
  readonly differences: readonly Difference[];
  /** Of a node that no code executes what it is and did, of one that was skipped or has not begun where it stands. */
  readonly about: string | null;
  /** Of a node that has not begun, or that no code executes: what it reads or comes after. */
  readonly needs: readonly Need[];
}

/**
 * Reads why a node ran or was reused.
 *
 * @throws PER_KEEP_004 when the records hold no such run, PER_RUN_036 when its plan has no such node
 */
export async function readWhy(db: Pool, run: string, address: string): Promise<WhyView> {
  const row = await knownRun(db, run);
  const plan = (await findPlan(db, row.plan_hash))?.plan ?? null;
  if ((await findNode(db, run, address)) === null) return notBegun(db, plan, row, address);
  const view = await readNode(db, run, address);
  const { cache } = view.node;
  const miss = cache !== null && !cache.hit ? cache : null;
  const differences = miss === null ? [] : await differencesOf(db, view.node, miss);
  const beside = plan === null ? { about: null, needs: [] } : await besideCode(db, plan, row, view.node);
  return { run, address, view, against: miss?.against ?? null, differences, ...beside };
}

/** What there is to say of a node that no code executed. */
async function besideCode(db: Pool, plan: Plan, run: RunRow, row: NodeRow): Promise<Pick<WhyView, 'about' | 'needs'>> {
  const { address, status, kind } = row;
  if (status === 'skipped') return { about: await standsIn(db, plan, run, address), needs: [] };
  const node = allNodes(plan.body).find(({ id }) => id === row.node);
  if (kind === 'step' || node === undefined) return { about: null, needs: [] };
  return { about: aboutNode(node, row), needs: await needsOf(db, node, run.id, address) };
}

async function standsIn(db: Pool, plan: Plan, { id, status }: RunRow, address: string): Promise<string | null> {
  const outline = outlineOf(plan);
  const around = await Promise.all(containersOf(outline, address).map((each) => findNode(db, id, each.address)));
  const rows = new Map(around.flatMap((row) => (row === null ? [] : [[row.address, row]])));
  return whyOutside(outline, address, rows, status);
}

async function needsOf(db: Pool, node: PlanNode, run: string, address: string): Promise<Need[]> {
  const ids = [...new Set([...readsOf(node).flatMap(readNodes), ...node.after])];
  return Promise.all(ids.map((id) => needAt(db, run, address.slice(0, address.lastIndexOf('/') + 1), id)));
}

async function differencesOf(db: Pool, node: NodeRow, miss: CacheMiss): Promise<Difference[]> {
  const { differed, against, was = {}, is = {}, artifact } = miss;
  const before = differed.includes('input') && against ? await findNode(db, against.run, against.address) : null;
  return [
    ...(differed.includes('code') ? await codeDifferences(db, was, is) : []),
    ...(before === null ? [] : inputDifferences(before.input, node.input)),
    ...(differed.includes('environment') ? await environmentDifferences(db, was, is) : []),
    ...(artifact === undefined
      ? []
      : [{ part: 'artifact' as const, what: artifact, was: 'kept', is: 'gone or damaged' }]),
  ];
}

async function codeDifferences(db: Pool, was: Partial<CacheParts>, is: Partial<CacheParts>): Promise<Difference[]> {
  const [before, after] = await Promise.all([findCode(db, was.code ?? ''), findCode(db, is.code ?? '')]);
  if (before === null || after === null) return [];
  return [
    ...namedDifferences('code', before.files, after.files, 'file '),
    ...namedDifferences('code', before.packages, after.packages, 'package '),
    ...namedDifferences('code', wordsOf(before), wordsOf(after)),
  ];
}

/** What is said of the code as a whole. */
function wordsOf({ build, whole }: CodeDetail): Record<string, string> {
  return { ...(build !== null && { build }), ...(whole !== null && { 'all files, because': whole }) };
}

async function environmentDifferences(
  db: Pool,
  was: Partial<CacheParts>,
  is: Partial<CacheParts>,
): Promise<Difference[]> {
  const [before, after] = await Promise.all([
    findEnvironment(db, was.environment ?? ''),
    findEnvironment(db, is.environment ?? ''),
  ]);
  return before === null || after === null ? [] : namedDifferences('environment', before, after);
}

/** A node of the plan without a record: what it reads or comes after says what it waits for, or why it never began. */
async function notBegun(db: Pool, plan: Plan | null, row: RunRow, address: string): Promise<WhyView> {
  const run = row.id;
  const nodes = plan === null ? [] : allNodes(plan.body);
  const node = nodes.find(({ id }) => id === idIn(address));
  if (node === undefined && plan?.handWritten) {
    const what = `'${address}' is no node of ${run} that has begun; the code of ${plan.pipeline} alone knows of others`;
    throw perennialError('PER_RUN_036', `${what}.`);
  }
  refuseUnknown(plan, address);
  if (plan === null || node === undefined) throw perennialError('PER_RUN_014', `The records hold no plan of ${run}.`);
  const [about, needs] = await Promise.all([standsIn(db, plan, row, address), needsOf(db, node, run, address)]);
  return { run, address, view: null, against: null, differences: [], about, needs };
}

/** A need is in the same body as the node, or in one around it: the nearest that the records hold. */
async function needAt(db: Pool, run: string, prefix: string, id: string): Promise<Need> {
  const found = await findNode(db, run, `${prefix}${id}`);
  if (found !== null) return { address: found.address, status: found.status };
  if (prefix === '') return { address: id, status: null };
  return needAt(db, run, prefix.slice(0, prefix.lastIndexOf('/', prefix.length - 2) + 1), id);
}
