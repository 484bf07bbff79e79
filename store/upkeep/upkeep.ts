import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool, PoolClient } from 'pg';
import type { KeptFor } from '../../core/define/retention';
import { removeUnrecorded } from '../artifacts/remove-unrecorded';
import type { Db } from '../db';
import { closeRemoval, listRemovals } from './artifact-removals';
import { type ChampionLineage, championLineage } from './champion-lineage';
import { dropLogPartition, listLogPartitions, type LogPartition, makeLogPartitions } from './log-partitions';
import { countOldExecutions, type GoneOf, listOldRuns, noteNoneLeft, removeOldExecutions } from './old-executions';
import { type LabelPlace, listOldLabels, removeLabels } from './old-labels';
import { type GoneEvents, removeOldEvents } from './old-events';
import { listOldSegments, type OldSegment, removeSegments } from './old-segments';

/** What an upkeep is done with. */
export interface UpkeepParts {
  readonly db: Pool;
  /** The folder of the artifact store. */
  readonly artifacts: string;
  /** ms; null: for ever. */
  readonly retention: KeptFor;
  /** True: only what would go is told. */
  readonly dryRun?: boolean;
  /** Nothing is done where it was done in the last so many ms. Absent: it is done whenever it was. */
  readonly unlessWithin?: number;
  /** Ends it between two batches. */
  readonly stopping?: () => boolean;
}

/** What an upkeep removed, or would; `before` is null where all is kept for ever. Bytes are those of files and partitions. */
export interface UpkeepResult {
  readonly dryRun: boolean;
  /** False: it was stopped, or somebody's lock was in the way. What is left goes the next time. */
  readonly complete: boolean;
  readonly logs: { readonly before: string | null; readonly days: readonly string[]; readonly bytes: number };
  readonly executions: { readonly before: string | null; readonly runs: number; readonly executions: number };
  readonly predictions: {
    readonly before: string | null;
    readonly segments: number;
    readonly predictions: number;
    readonly labels: number;
    readonly bytes: number;
  };
  readonly events: GoneEvents & { readonly before: string | null };
  /** Files that went, also those that an upkeep before was kept from removing. */
  readonly files: number;
  /** Partitions that were made for the days to come. */
  readonly partitionsMade: number;
}

/** Days for which partitions are made ahead. */
const AHEAD = 7;
/** Rows of a page, and of a batch that is removed in one statement. */
const PAGE = 500;
const BATCH = 5_000;
const LOCK = 7_235_301_946;
/** A file that is younger than this may be one that is just being recorded, ms. */
const FRESH = 3_600_000;

/**
 * Does the engine's upkeep: partitions for the days to come, and what is older than it is kept goes, in batches, beside the
 * work of others. Partitions of log lines as a whole; executions of ended runs but those that the cache, the ledger of
 * partitions or the lineage of a champion points at; segments of predictions, their records before their files, and labels
 * whose predictions are gone; what sensors have seen, and the outbox has told. Killed in the middle, the next one goes on.
 *
 * @returns null when another process does it just now, or has done it
 */
export async function doUpkeep(parts: UpkeepParts): Promise<UpkeepResult | null> {
  const client = await parts.db.connect();
  // One that drops between two queries says so as an event, and one that nobody hears ends the process.
  const unheard = (): void => undefined;
  client.on('error', unheard);
  let mine = false;
  try {
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [LOCK]);
    mine = rows[0]?.mine === true;
    if (!mine) return null;
    // Whoever had the lock until now may have done what this one was called for.
    if (parts.unlessWithin !== undefined && (await isKeptUp(client, parts.unlessWithin))) return null;
    const result = await upkeep(parts, client);
    // One that was cut off is not the one of the day.
    if (!result.dryRun && result.complete) await note(client, result);
    return result;
  } finally {
    if (!mine) client.off('error', unheard);
    // The lock goes with the connection, but not at once: who asks next is not to find it.
    else await client.query('SELECT pg_advisory_unlock($1)', [LOCK]).catch(() => undefined);
    client.release(mine);
  }
}

/** Whether an upkeep was done in the last so many ms. */
export async function isKeptUp(db: Db, within: number): Promise<boolean> {
  const { rows } = await db.query<{ done: boolean }>(
    `SELECT EXISTS (SELECT FROM upkeeps WHERE done_at > now() - make_interval(secs => $1)) AS done`,
    [within / 1_000],
  );
  return rows[0]?.done === true;
}

async function upkeep(given: UpkeepParts, client: PoolClient): Promise<UpkeepResult> {
  const { db, retention, dryRun = false } = given;
  const cut = { off: false };
  // It is asked where something may be left to do.
  const stopping = (): boolean => {
    cut.off ||= given.stopping?.() === true;
    return cut.off;
  };
  const parts = { ...given, stopping };
  const partitionsMade = dryRun ? 0 : await makeLogPartitions(db, AHEAD);
  const before = {
    logs: await timeBefore(db, retention.logs),
    executions: await timeBefore(db, retention.executions),
    predictions: await timeBefore(db, retention.predictions),
    events: await timeBefore(db, retention.events),
  };
  const lineage = await championLineage(db);
  const { gone: logs, isInTheWay } =
    before.logs === null ? { gone: [], isInTheWay: false } : await removeLogs(parts, client, before.logs);
  const executions = await removeExecutions(parts, before.executions, lineage);
  const predictions = await removePredictions(parts, before.predictions, lineage);
  const events =
    before.events === null
      ? { events: 0, files: 0, outbox: 0 }
      : await removeOldEvents(db, before.events, { dryRun, batch: BATCH, stopping });
  const files = dryRun ? 0 : await removeFiles(parts);
  return {
    dryRun,
    complete: !cut.off && !isInTheWay,
    logs: { before: before.logs, days: logs.map(({ day }) => day), bytes: sum(logs.map(({ bytes }) => bytes)) },
    executions: { before: before.executions, ...executions },
    predictions: { before: before.predictions, ...predictions },
    events: { before: before.events, ...events },
    files,
    partitionsMade,
  };
}

async function timeBefore(db: Db, keptFor: number | null): Promise<string | null> {
  if (keptFor === null) return null;
  const { rows } = await db.query<{ at: string }>(`SELECT now() - make_interval(secs => $1) AS at`, [keptFor / 1_000]);
  return rows[0]?.at ?? null;
}

/** @returns what is gone, and whether somebody who reads them was in the way of the others */
async function removeLogs(
  { db, dryRun, stopping }: UpkeepParts,
  client: PoolClient,
  before: string,
): Promise<{ readonly gone: readonly LogPartition[]; readonly isInTheWay: boolean }> {
  const partitions = await listLogPartitions(db, before);
  if (dryRun === true) return { gone: partitions, isInTheWay: false };
  const gone: LogPartition[] = [];
  await client.query(`SET lock_timeout = '5s'`);
  try {
    for (const partition of partitions) {
      if (stopping?.() === true) break;
      await dropLogPartition(client, partition);
      gone.push(partition);
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === '55P03')) throw error;
    return { gone, isInTheWay: true };
  } finally {
    await client.query('RESET lock_timeout');
  }
  return { gone, isInTheWay: false };
}

async function removeExecutions(
  { db, dryRun, stopping }: UpkeepParts,
  before: string | null,
  lineage: ChampionLineage,
): Promise<{ runs: number; executions: number }> {
  const total = { runs: 0, executions: 0 };
  if (before === null) return total;
  const list = (after: string | undefined): Promise<string[]> =>
    listOldRuns(db, { before, except: lineage.runs }, { limit: PAGE, ...(after !== undefined && { after }) });
  for (let runs = await list(undefined); runs.length > 0; runs = await list(runs.at(-1))) {
    if (stopping?.() === true) break;
    const gone = dryRun === true ? await countOldExecutions(db, runs) : await removeAll(db, runs);
    total.runs += new Set(gone.map(({ run }) => run)).size;
    total.executions += sum(gone.map(({ count }) => count));
  }
  return total;
}

async function removeAll(db: Pool, runs: readonly string[]): Promise<GoneOf[]> {
  const all: GoneOf[] = [];
  for (;;) {
    const gone = await removeOldExecutions(db, runs, BATCH);
    all.push(...gone);
    if (sum(gone.map(({ count }) => count)) < BATCH) break;
  }
  await noteNoneLeft(db, runs);
  return all;
}

async function removePredictions(
  { db, dryRun, stopping }: UpkeepParts,
  before: string | null,
  lineage: ChampionLineage,
): Promise<{ segments: number; predictions: number; labels: number; bytes: number }> {
  const total = { segments: 0, predictions: 0, labels: 0, bytes: 0 };
  if (before === null) return total;
  const gone = new Set<string>();
  const list = (after: string | undefined): Promise<OldSegment[]> =>
    listOldSegments(db, { before, except: lineage.artifacts }, { limit: PAGE, ...(after !== undefined && { after }) });
  for (let some = await list(undefined); some.length > 0; some = await list(some.at(-1)?.id)) {
    if (stopping?.() === true) break;
    if (dryRun !== true) await removeSegments(db, some);
    // They are still there where nothing is removed.
    else for (const { id } of some) gone.add(id);
    total.segments += some.length;
    total.predictions += sum(some.map(({ rows }) => rows));
    total.bytes += sum(some.map(({ bytes }) => bytes));
  }
  const labels = await removeOldLabels(db, before, { dryRun: dryRun === true, gone, stopping });
  return { ...total, labels };
}

interface LabelOptions {
  readonly dryRun: boolean;
  /** Segments that would be gone by now. */
  readonly gone: ReadonlySet<string>;
  readonly stopping: UpkeepParts['stopping'];
}

async function removeOldLabels(db: Pool, before: string, { dryRun, gone, stopping }: LabelOptions): Promise<number> {
  let total = 0;
  const list = (after: LabelPlace | undefined) =>
    listOldLabels(db, before, { limit: BATCH, ...(after !== undefined && { after }) });
  for (let some = await list(undefined); some.length > 0; some = await list(some.at(-1))) {
    if (stopping?.() === true) break;
    const free = some.filter(({ id, kept }) => !kept || gone.has(id.split('.')[0] ?? ''));
    if (!dryRun)
      await removeLabels(
        db,
        free.map(({ id }) => id),
      );
    total += free.length;
  }
  return total;
}

async function removeFiles({ db, artifacts, stopping }: UpkeepParts): Promise<number> {
  let total = 0;
  // On a host without the store every file would seem to be gone already.
  if (!existsSync(join(artifacts, 'sha256'))) return total;
  const list = (after: string | undefined) => listRemovals(db, { limit: PAGE, ...(after !== undefined && { after }) });
  for (let some = await list(undefined); some.length > 0; some = await list(some.at(-1)?.digest)) {
    for (const { digest, wanted } of some) {
      if (stopping?.() === true) return total;
      const isGone = !wanted && (await removeUnrecorded(db, artifacts, [digest], Date.now() - FRESH)).length > 0;
      if (isGone) total += 1;
      if (isGone || wanted) await closeRemoval(db, digest);
    }
  }
  return total;
}

/** Notes what was done; of the notes themselves a hundred are kept. */
async function note(db: Db, result: UpkeepResult): Promise<void> {
  await db.query('INSERT INTO upkeeps (result) VALUES ($1)', [JSON.stringify(result)]);
  await db.query('DELETE FROM upkeeps WHERE id <= (SELECT max(id) FROM upkeeps) - 100');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
