import type { Pool } from 'pg';
import { listenTo } from '../listen';
import { findRun } from '../runs/find-run';
import { LINES_CHANNEL } from './insert-lines';
import { type LinesAsked, listLastLines, listLines } from './list-lines';
import type { LogRow } from './log-row';

/** Which lines, and how many of the last ones. */
export interface ReadLines extends LinesAsked {
  readonly tail?: number;
}

const PAGE = 1_000;
/** ms between looks when nobody tells of lines. */
const LOOK_EVERY = 1_000;
/** How far a look goes back over the one before, ms: lines show when their transaction has ended, which may be later than others'. */
const OVERLAP = 30_000;
/** Lines that are remembered as told before the older ones are forgotten. */
const REMEMBERED = 50_000;

/** The lines of a run that are kept by now, in their order. */
export async function* readLines(db: Pool, run: string, { tail, ...asked }: ReadLines): AsyncGenerator<LogRow, void> {
  if (tail !== undefined) yield* await listLastLines(db, run, asked, tail);
  else yield* pages(db, run, asked);
}

/**
 * The lines of a run that are kept by now, then those that come, until the run has ended and all are told. What comes
 * together is in order; a line that came late is told late.
 */
export async function* followLines(db: Pool, run: string, { tail, ...asked }: ReadLines): AsyncGenerator<LogRow, void> {
  const told = new Map<string, string>();
  const hints = hintsOf(db.options.connectionString, run);
  let first: LogRow | undefined;
  // Moves with the clock of the records whether lines are told or not: where none is asked for, all would be read each time.
  let horizon: string | undefined;
  const isNew = (line: LogRow): boolean => {
    const name = nameOf(line);
    if (told.has(name)) return false;
    told.set(name, line.recorded_at);
    if (told.size > REMEMBERED && told.size % 1_000 === 0) forget(told, horizon);
    return true;
  };
  try {
    if (tail !== undefined) {
      horizon = await horizonNow(db);
      const last = await listLastLines(db, run, asked, tail);
      first = last[0];
      for (const line of last) if (isNew(line)) yield line;
    }
    for (;;) {
      // Asked before the lines are read: those of a run that has ended are among them.
      const isOver = (await findRun(db, run))?.status !== 'running';
      const from = horizon;
      horizon = await horizonNow(db);
      const some = { ...asked, ...(from !== undefined && { recordedSince: from }) };
      for await (const line of pages(db, run, some, first)) if (isNew(line)) yield line;
      if (isOver) return;
      forget(told, horizon);
      await hints.next();
    }
  } finally {
    await hints.stop();
  }
}

/** What was recorded before it is read by the look that begins now: the next one need not go behind it. */
async function horizonNow(db: Pool): Promise<string | undefined> {
  const { rows } = await db.query<{ at: string }>('SELECT now() - make_interval(secs => $1) AS at', [OVERLAP / 1_000]);
  return rows[0]?.at;
}

/** Forgets lines that no look comes upon any more. */
function forget(told: Map<string, string>, before: string | undefined): void {
  if (before !== undefined) for (const [name, at] of told) if (at < before) told.delete(name);
}

/** A line whose insert was done again because its answer was lost is there twice, side by side. */
async function* pages(db: Pool, run: string, asked: LinesAsked, first?: LogRow): AsyncGenerator<LogRow, void> {
  let after = first;
  for (;;) {
    const rows = await listLines(db, run, asked, { limit: PAGE, ...(after !== undefined && { after }) });
    for (const row of rows) {
      if (after === undefined || nameOf(after) !== nameOf(row)) yield row;
      after = row;
    }
    if (rows.length < PAGE) return;
  }
}

function nameOf({ address, fence, attempt, seq, at }: LogRow): string {
  return `${address} ${fence} ${attempt} ${seq} ${at}`;
}

interface Hints {
  /** Until somebody tells of new lines, or the time of the next look has come. */
  next(): Promise<void>;
  stop(): Promise<void>;
}

function hintsOf(url: string | undefined, run: string): Hints {
  let hinted = false;
  let rouse = (): void => undefined;
  const onHint = (said: string | null): void => {
    if (said !== null && said !== run) return;
    hinted = true;
    rouse();
  };
  // Without notifications the clock does the work.
  const stop = url === undefined ? null : listenTo(url, LINES_CHANNEL, { onHint, onError: () => undefined });
  return {
    async next() {
      if (!hinted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, LOOK_EVERY);
          rouse = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      hinted = false;
    },
    async stop() {
      await stop?.();
    },
  };
}
