import { hostname } from 'node:os';
import { Context } from '@temporalio/activity';
import type { Pool } from 'pg';
import type { ArtifactStore, Json } from '../core';
import type { Trigger } from '../core/triggers/trigger';
import type { CacheAnswers, CachedNode, LookUpCachedArgument } from '../core/interpret/activity';
import { findEntries } from '../store/cache/find-entries';
import type { CacheEntry } from '../store/cache/look-up';
import { tellTriggers, triggersAt } from '../store/triggers/tell-triggers';
import { limitStatements, transaction } from '../store/db';
import type { Cost } from '../store/nodes/node-row';
import { findNode } from '../store/nodes/find-node';
import { recordUnlessEnded } from '../store/nodes/record-node';
import { findRun } from '../store/runs/find-run';
import { findAnnounced } from '../store/workers/find-announced';
import type { EngineObserver } from './observe';
import { brokenBlob } from './run-step/broken-blob';
import { keyOf } from './run-step/cache-key';
import { askedOtherwise } from './run-step/committed';

/** What the look-up needs of the worker. */
export interface LookUpDependencies {
  readonly db: Pool;
  readonly artifacts: ArtifactStore;
  readonly build: string;
  /** Digest of the project's bundle: of other code nothing that was announced counts. */
  readonly project: string;
  /** What the project starts on data sets. Absent: nothing. */
  readonly triggers?: readonly Trigger[];
  /** Absent: nobody hears of what is found or ended. */
  readonly observer?: EngineObserver;
}

/** Bytes of one answer, which becomes a part of the run's history. The first node's goes whatever its size. */
const ANSWER_BYTES = 512 * 1024;

/** ms that a statement of the look-up may take: the run goes on without an answer soon after. */
const STATEMENT_LIMIT = 4_000;

const WORKER = `${hostname()}:${process.pid}`;
const NO_COST: Cost = { wallMs: 0, cpuMs: 0, peakRss: null, gpuMs: 0, estimated: false };

/**
 * Looks into the cache for nodes of pools that this worker is not of, by what the workers of those pools have announced.
 * A hit is recorded as the pool's own worker would, unless the node has ended meanwhile; one that has committed gives
 * what it has. A miss says nothing yet: the worker that takes the node looks once more, and records why.
 */
export async function lookUpCached(
  dependencies: LookUpDependencies,
  { run, nodes, handWritten }: LookUpCachedArgument,
): Promise<CacheAnswers> {
  const found = await findAll(dependencies, nodes);
  const { answered, bytes } = fitting(nodes, found);
  const tell = tellHits(dependencies, run);
  const answers = await Promise.all(
    nodes.slice(0, answered).map(async (node, i) => {
      const entry = found[i] ?? null;
      if (entry === null || (await brokenBlob(dependencies, entry.output)) !== null) return null;
      return recordHit(dependencies, { run, node, handWritten: handWritten === true, tell }, entry);
    }),
  );
  return { answers, bytes };
}

/** The entry of each node's key, or null. */
async function findAll(
  { db, build, project }: LookUpDependencies,
  nodes: readonly CachedNode[],
): Promise<(CacheEntry | null)[]> {
  return transaction(db, async (tx) => {
    await limitStatements(tx, STATEMENT_LIMIT);
    const announced = await findAnnounced(tx, { build, project }, nodes);
    const keys = nodes.map(({ pool, step, input }) => {
      const own = announced.find((one) => one.pool === pool && one.step === step);
      return own === undefined ? null : keyOf(step, input, own).key;
    });
    const known = keys.filter((key) => key !== null);
    const entries = new Map((known.length === 0 ? [] : await findEntries(tx, known)).map((one) => [one.key, one]));
    return keys.map((key) => (key === null ? null : (entries.get(key) ?? null)));
  });
}

/** How many of the nodes one answer may be about, by what it makes the run send: an output, or an input to a worker. */
function fitting(
  nodes: readonly CachedNode[],
  found: readonly (CacheEntry | null)[],
): { readonly answered: number; readonly bytes: number } {
  let bytes = 0;
  for (const [i, { input }] of nodes.entries()) {
    const more = Math.max(bytesOf(input), bytesOf(found[i]?.output ?? null));
    if (i > 0 && bytes + more > ANSWER_BYTES) return { answered: i, bytes };
    bytes += more;
  }
  return { answered: nodes.length, bytes };
}

function bytesOf(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** One node that is looked up, and of which run. */
interface AskedNode {
  readonly run: string;
  readonly node: CachedNode;
  readonly handWritten: boolean;
  readonly tell: (node: CachedNode) => Promise<void>;
}

/** Tells who hears of hits, with the plan of the run, which is asked for once and only if there is one. It does not fail. */
function tellHits({ db, observer }: LookUpDependencies, run: string): AskedNode['tell'] {
  if (observer === undefined) return () => Promise.resolve();
  let plan: Promise<string> | null = null;
  return async ({ step, pool }) => {
    plan ??= findRun(db, run).then(
      (row) => row?.plan_hash ?? '',
      () => '',
    );
    observer.hit({ workflow: Context.current().info.workflowType ?? '', plan: await plan, step, pool });
  };
}

/**
 * Nobody waits for the look-up: a node that was cancelled or stopped during it is no hit, and its record stays. Nor is one
 * that has committed what it was asked for before, and is asked for something else: its worker refuses that.
 */
async function recordHit(
  { db, triggers = [] }: LookUpDependencies,
  { run, node, handWritten, tell }: AskedNode,
  entry: CacheEntry,
): Promise<{ readonly output: Json } | null> {
  const reason = { hit: true, from: { run: entry.run_id, address: entry.address } } as const;
  const done = { output: entry.output, cache: reason, cost: NO_COST, entry: null };
  const claimant = { run, ...node, worker: WORKER, device: null, attempt: 1 };
  const fired = handWritten ? [] : triggersAt(triggers, node.address);
  const recorded =
    fired.length === 0
      ? await recordUnlessEnded(db, claimant, done)
      : await transaction(db, async (tx) => {
          const own = await recordUnlessEnded(tx, claimant, done);
          if (own?.mine) await tellTriggers(tx, fired, { run, address: node.address, output: done.output });
          return own;
        });
  if (recorded === null) return null;
  const { output, mine } = recorded;
  if (mine) await tell(node);
  const before = handWritten && !mine ? await findNode(db, run, node.address) : null;
  return before !== null && askedOtherwise(before, node) !== null ? null : { output };
}
