import { setTimeout } from 'node:timers/promises';
import type { Pool } from 'pg';
import { listNodes } from '../store/nodes/list-nodes';
import type { NodeRow } from '../store/nodes/node-row';
import { findRun } from '../store/runs/find-run';

/** Who is told what while a run is followed. */
export interface Followers {
  /** Told of each node once when it ends, and once when it begins to wait for a person. */
  readonly onNode: (node: NodeRow) => void | Promise<void>;
  /** Told once, when nobody has begun the run for ten seconds: most often no worker polls. */
  readonly onIdle: () => void;
}

const LOOK_EVERY_MS = 500;
const IDLE_AFTER_MS = 10_000;
const NODES = 1_000;

/** Tells of a run's nodes from the records while `work` waits for its end; then once more, so that none is left out. */
export async function followRun<T>(db: Pool, id: string, followers: Followers, work: Promise<T>): Promise<T> {
  const told = new Set<string>();
  const stop = new AbortController();
  const following = follow(db, id, followers, told, stop.signal);
  try {
    return await work;
  } finally {
    stop.abort();
    await following;
    await tellNodes(db, id, told, followers.onNode).catch(() => undefined);
  }
}

/** News on the way are a courtesy: a look that fails is left out, and the wait itself says what is wrong. */
async function follow(db: Pool, id: string, followers: Followers, told: Set<string>, stop: AbortSignal): Promise<void> {
  const began = performance.now();
  let begun = false;
  let idleTold = false;
  while (!stop.aborted) {
    begun ||= (await findRun(db, id).catch(() => null)) !== null;
    if (begun) await tellNodes(db, id, told, followers.onNode).catch(() => undefined);
    else if (!idleTold && performance.now() - began > IDLE_AFTER_MS) {
      idleTold = true;
      followers.onIdle();
    }
    await pause(stop);
  }
}

/** Until it is time to look again, or nobody waits any more. */
async function pause(stop: AbortSignal): Promise<void> {
  await setTimeout(LOOK_EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
}

async function tellNodes(db: Pool, id: string, told: Set<string>, onNode: Followers['onNode']): Promise<void> {
  for (const node of await listNodes(db, id, { limit: NODES })) {
    const news = `${node.address} ${node.status}`;
    if (node.status === 'running' || told.has(news)) continue;
    told.add(news);
    await onNode(node);
  }
}
