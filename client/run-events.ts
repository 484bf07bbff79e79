import { setTimeout } from 'node:timers/promises';
import type { Json } from '../core/plan/json';
import type { PlanNode } from '../core/plan/plan';
import { hasBegun } from '../store/nodes/has-begun';
import { listNodes } from '../store/nodes/list-nodes';
import type { NodeRow, RecordedError } from '../store/nodes/node-row';
import { findRun } from '../store/runs/find-run';
import { awaitRun, type EndedRun } from './await-run';
import type { Connection } from './connection';

/** Which node something is told of. */
interface OfNode {
  readonly address: string;
  readonly node: string;
  readonly kind: PlanNode['kind'];
  /** ISO 8601, recorded time. */
  readonly at: string;
}

/** What is told of a run, from its records. */
export type RunEvent =
  | (OfNode & { readonly type: 'node-started'; readonly input: Json })
  /** An approval asks; `show` is what it shows. */
  | (OfNode & { readonly type: 'node-asks'; readonly show: Json })
  | (OfNode & {
      readonly type: 'node-ended';
      readonly status: Exclude<NodeRow['status'], 'running' | 'waiting'>;
      readonly output: Json;
      readonly error: RecordedError | null;
      /** Its output is another execution's: from the cache, or taken over by a rerun. */
      readonly reused: boolean;
    })
  | { readonly type: 'run-ended'; readonly end: EndedRun };

const LOOK_EVERY_MS = 250;
/** Looks at the records between two at Temporal, which knows of ends that the records may not have heard of. */
const LOOKS = 20;
const PAGE = 1_000;

/**
 * Tells of a run from its beginning, whenever it is asked: each start, question and end of a node once, in the order of
 * the records, and last the run's end. The records are read as a whole each time, so nothing is missed between two looks,
 * however late a transaction shows; a listener that broke off begins anew and loses nothing.
 *
 * @throws PER_KEEP_004 unknown run, PER_STACK_009 Temporal unreachable
 */
export async function* runEvents(connection: Connection, id: string): AsyncGenerator<RunEvent, void, undefined> {
  const told = new Set<string>();
  for (let look = 0; ; look += 1) {
    // Asked before the nodes are read: what ended before the run did is then among them.
    const end = await endOf(connection, id, look);
    for await (const row of allNodes(connection, id)) yield* newsOf(row, told);
    if (end) {
      yield { type: 'run-ended', end };
      return;
    }
    await setTimeout(LOOK_EVERY_MS);
  }
}

/** The run's end; null while it goes on. */
async function endOf(connection: Connection, id: string, look: number): Promise<EndedRun | null> {
  const run = await findRun(connection.db, id);
  if (run !== null && run.status !== 'running') return awaitRun(connection, id);
  if (look % LOOKS !== 0) return null;
  return (await isOpen(connection, id)) ? null : awaitRun(connection, id);
}

async function isOpen({ temporal }: Connection, id: string): Promise<boolean> {
  try {
    return (await temporal.workflow.getHandle(id).describe()).status.name === 'RUNNING';
  } catch {
    // Whoever waits for its end is told why there is none.
    return false;
  }
}

async function* allNodes({ db }: Connection, id: string): AsyncGenerator<NodeRow, void, undefined> {
  let after: string | undefined;
  for (;;) {
    const rows = await listNodes(db, id, { limit: PAGE, ...(after !== undefined && { after }) });
    yield* rows;
    after = rows.at(-1)?.address;
    if (rows.length < PAGE) return;
  }
}

/**
 * What a node's record tells that has not been told yet.
 *
 * @param told what has been, written on
 */
export function newsOf(row: NodeRow, told: Set<string>): RunEvent[] {
  const { address, node, kind, status, input, output, error } = row;
  const isNew = (what: string): boolean => {
    const news = `${address} ${what}`;
    if (told.has(news)) return false;
    told.add(news);
    return true;
  };
  const begun = { address, node, kind, at: isoOf(row.first_claimed) };
  const events: RunEvent[] = [];
  if (hasBegun(row) && isNew('began'))
    events.push(
      kind === 'approval' ? { ...begun, type: 'node-asks', show: input } : { ...begun, type: 'node-started', input },
    );
  if (status === 'running' || status === 'waiting' || !isNew('ended')) return events;
  const reused = row.reused_from !== null || row.cache?.hit === true;
  const at = isoOf(row.ended_at ?? row.first_claimed);
  return [...events, { ...begun, at, type: 'node-ended', status, output, error, reused }];
}

function isoOf(at: string): string {
  return new Date(at).toISOString();
}
