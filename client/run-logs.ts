import type { Json } from '../core';
import { type Duration, milliseconds } from '../core/plan/duration';
import { followLines, readLines } from '../store/logs/read-lines';
import type { LogLevel, LogRow } from '../store/logs/log-row';
import type { Connection } from './connection';

/** A line that a step has logged, or that its process or program has written. */
export interface LogLine {
  readonly run: string;
  /** The node's address: `train`, `per-seed[3]/train`. */
  readonly node: string;
  /** Number of the execution; 0: of a light step. */
  readonly execution: number;
  readonly attempt: number;
  /** By the worker's clock: ISO 8601, UTC. */
  readonly at: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: { readonly [name: string]: Json };
}

/** Which lines of a run; all of them where nothing is said. */
export interface LogsAsked {
  /** A node, with what stands inside of it. */
  readonly node?: string;
  /** The least level. Default `debug`. */
  readonly level?: LogLevel;
  readonly attempt?: number;
  /** Those of the last so long. */
  readonly since?: Duration;
  /** So many of the last ones. */
  readonly tail?: number;
  /** True: those that come as well, until the run has ended. */
  readonly follow?: boolean;
}

/** The lines of a run, in their order. What is no run, or has no lines, has none. */
export async function* runLogs(
  { db }: Pick<Connection, 'db'>,
  id: string,
  { since, follow = false, ...rest }: LogsAsked = {},
): AsyncGenerator<LogLine, void, undefined> {
  const from = since === undefined ? {} : { since: new Date(Date.now() - milliseconds(since, 'since')).toISOString() };
  const asked = { ...rest, ...from };
  for await (const row of follow ? followLines(db, id, asked) : readLines(db, id, asked)) yield lineOf(row);
}

function lineOf({ run, address, fence, attempt, at, level, message, fields }: LogRow): LogLine {
  return { run, node: address, execution: fence, attempt, at, level, message, fields };
}
