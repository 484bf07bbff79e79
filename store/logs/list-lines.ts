import type { Db } from '../db';
import { LEVELS, type LogLevel, type LogRow } from './log-row';

/** Which lines of a run; all of them where nothing is said. */
export interface LinesAsked {
  /** A node, what stands inside of it too: `train`, `per-seed[3]`, `per-seed`. */
  readonly node?: string;
  /** The least level. */
  readonly level?: LogLevel;
  readonly attempt?: number;
  /** ISO 8601: those since then, by the workers' clocks. */
  readonly since?: string;
  /** ISO 8601: those kept since then, by the clock of the records. */
  readonly recordedSince?: string;
}

/** A part of a list of lines; `after` is the last line of the part before. */
export interface LinesPage {
  readonly limit: number;
  readonly after?: Pick<LogRow, 'at' | 'address' | 'fence' | 'attempt' | 'seq'>;
}

/** Lines of a run in their order: by the time that their workers say, those of one execution as they were said. */
export function listLines(db: Db, run: string, asked: LinesAsked, { limit, after }: LinesPage): Promise<LogRow[]> {
  return find(db, run, asked, [limit, after?.at, after?.address, after?.fence, after?.attempt, after?.seq], false);
}

/** The last lines of a run, in their order. */
export async function listLastLines(db: Db, run: string, asked: LinesAsked, count: number): Promise<LogRow[]> {
  return (await find(db, run, asked, [count], true)).reverse();
}

async function find(
  db: Db,
  run: string,
  asked: LinesAsked,
  [limit, ...after]: readonly [number, ...(string | number | undefined)[]],
  fromEnd: boolean,
): Promise<LogRow[]> {
  const { node = null, level = 'debug', attempt = null, since = null, recordedSince = null } = asked;
  const least = LEVELS.slice(LEVELS.indexOf(level));
  const [at = null, address = null, fence = null, tried = null, seq = null] = after;
  const { rows } = await db.query<LogRow>(fromEnd ? LAST : NEXT, [
    run,
    node,
    least,
    attempt,
    since,
    recordedSince,
    limit,
    ...(fromEnd ? [] : [at, address, fence, tried, seq]),
  ]);
  return rows;
}

/** No line is older than its run, which leaves the partitions of before out. */
const OF_RUN = `SELECT run_id AS run, address, fence, attempt, seq, at, recorded_at, level, message, fields FROM logs
   WHERE run_id = $1 AND recorded_at >= (SELECT started_at FROM runs WHERE id = $1)
     AND ($2::text IS NULL OR address = $2 OR starts_with(address, $2 || '/') OR starts_with(address, $2 || '['))
     AND level = ANY($3::text[]) AND ($4::int IS NULL OR attempt = $4)
     AND ($5::timestamptz IS NULL OR at >= $5) AND ($6::timestamptz IS NULL OR recorded_at >= $6)`;

const NEXT = `${OF_RUN}
     AND ($8::timestamptz IS NULL OR (at, address, fence, attempt, seq) > ($8, $9, $10::bigint, $11::int, $12::int))
   ORDER BY at, address, fence, attempt, seq LIMIT $7`;

const LAST = `${OF_RUN} ORDER BY at DESC, address DESC, fence DESC, attempt DESC, seq DESC LIMIT $7`;
