import type { Logger } from 'pino';
import type { Db } from '../db';
import { insertLines } from './insert-lines';
import { keptFields, keptMessage } from './line-text';
import type { ExecutionPlace, LogLevel, NewLine } from './log-row';

/** What an execution says. */
export interface ExecutionLines {
  /** @param fields a JSON object as text */
  add(level: LogLevel, message: string, fields: string): void;
  /**
   * Returns once what was said is kept, or given up on for now: what waits is still written when the records are back. At
   * once where nothing was said.
   */
  end(): Promise<void>;
}

/** The log lines that a worker keeps. */
export interface LineRecords {
  of(execution: ExecutionPlace): ExecutionLines;
  /** Writes what waits; nothing of it is in flight once it returns. */
  stop(): Promise<void>;
}

/** Limits, and who is told; tests set other ones. */
export interface LineOptions {
  readonly log: Pick<Logger, 'warn'>;
  /** Lines of one execution that are kept. */
  readonly most?: number;
  /** ms that a line waits for others. */
  readonly interval?: number;
  /** Characters of all lines that wait; those that come when there are as many are dropped. */
  readonly room?: number;
  /** ms that the end of an execution waits for its lines. */
  readonly patience?: number;
  readonly insert?: (lines: readonly NewLine[]) => Promise<void>;
}

/** Lines in one statement. */
const TOGETHER = 1_000;
/** Characters in one statement, about. */
const LARGEST = 4 * 1024 * 1024;
/** The pause after a statement that failed, ms: it doubles to the longest. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

/** Where an execution stands. */
interface Speaker extends ExecutionPlace {
  said: number;
  /** Above what an execution keeps. */
  leftOut: number;
  dropped: number;
  /** Said and not yet written. */
  waiting: number;
  whenWritten: (() => void)[];
}

interface Waiting {
  readonly line: NewLine;
  readonly by: Speaker;
  readonly size: number;
}

/**
 * Keeps the lines of a worker's executions, many in one statement, beside their work: a line costs a place in a buffer. One
 * statement is under way at a time, so the lines of an execution come in their order. Records that are away cost lines and
 * never a run: what finds no room is counted, and said when the execution ends.
 */
export function openLineRecords(db: Db, options: LineOptions): LineRecords {
  const { log, most = 10_000, interval = 500, room = 16 * 1024 * 1024, patience = 2_000 } = options;
  const { insert = (lines: readonly NewLine[]) => insertLines(db, lines) } = options;
  let queue: Waiting[] = [];
  let held = 0;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> | null = null;
  let pause = 0;

  function put(by: Speaker, level: LogLevel, message: string, fields: string, isWordOfOurs = false): void {
    const size = message.length + fields.length;
    if (!isWordOfOurs && held + size > room) {
      by.dropped += 1;
      return;
    }
    const { run, address, fence, attempt } = by;
    queue.push({
      line: { run, address, fence, attempt, seq: by.said, at: Date.now(), level, message, fields },
      by,
      size,
    });
    by.said += 1;
    by.waiting += 1;
    held += size;
    if (queue.length >= TOGETHER && pause === 0) write();
    else timer ??= setTimeout(write, Math.max(interval, pause)).unref();
  }

  function write(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (writing === null && queue.length > 0) writing = writeAll();
  }

  async function writeAll(): Promise<void> {
    do await writeBatch(takeBatch());
    while (queue.length > 0 && pause === 0);
    // In the same turn as the last look into the queue: who says something after it writes it.
    writing = null;
    if (queue.length > 0) timer ??= setTimeout(write, Math.max(interval, pause)).unref();
  }

  /** Writes a batch, and in halves what the records refuse: only lines that they do not take are lost. */
  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    const parts = [batch];
    const refused: { readonly error: unknown; readonly line: Waiting }[] = [];
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      try {
        await insert(part.map(({ line }) => line));
        pause = 0;
        settle(part);
      } catch (error) {
        if (isAway(error)) {
          wait([part, ...parts].flat(), error);
          break;
        }
        pause = 0;
        const half = Math.ceil(part.length / 2);
        if (part.length > 1 && !isOfAll(error)) parts.unshift(part.slice(0, half), part.slice(half));
        else refused.push(...part.map((line) => ({ error, line })));
      }
    }
    const [first] = refused;
    if (first === undefined) return;
    log.warn({ err: first.error, lines: refused.length }, 'log lines are lost: the records refuse them');
    for (const { line } of refused) line.by.dropped += 1;
    settle(refused.map(({ line }) => line));
  }

  function takeBatch(): Waiting[] {
    let [count, size] = [0, 0];
    for (const one of queue) {
      if (count > 0 && (count >= TOGETHER || size + one.size > LARGEST)) break;
      count += 1;
      size += one.size;
    }
    const batch = queue.slice(0, count);
    queue = queue.slice(count);
    return batch;
  }

  function wait(lines: readonly Waiting[], error: unknown): void {
    if (pause === 0) log.warn({ err: error }, 'log lines wait: the records do not take them now');
    pause = Math.min(LONGEST_PAUSE, pause === 0 ? FIRST_PAUSE : pause * 2);
    queue = [...lines, ...queue];
  }

  function settle(batch: readonly Waiting[]): void {
    for (const { by, size } of batch) {
      held -= size;
      by.waiting -= 1;
      if (by.waiting === 0) for (const call of by.whenWritten.splice(0)) call();
    }
  }

  async function end(by: Speaker): Promise<void> {
    if (by.leftOut > 0)
      put(by, 'warn', `${by.leftOut} more lines were left out: an execution keeps ${most}`, '{}', true);
    if (by.dropped > 0)
      put(by, 'warn', `${by.dropped} lines were lost: the records did not take them in time`, '{}', true);
    by.leftOut = 0;
    by.dropped = 0;
    // Records that are away are not waited for.
    if (by.waiting === 0 || pause > 0) return;
    write();
    await within(patience, (done) => by.whenWritten.push(done));
  }

  return {
    of(execution) {
      const by: Speaker = { ...execution, said: 0, leftOut: 0, dropped: 0, waiting: 0, whenWritten: [] };
      return {
        add(level, message, fields) {
          if (by.said >= most) by.leftOut += 1;
          else put(by, level, keptMessage(message), keptFields(fields));
        },
        end: () => end(by),
      };
    },
    async stop() {
      write();
      await within(patience, (done) => void (writing ?? Promise.resolve()).then(done));
      if (timer !== null) clearTimeout(timer);
      if (queue.length > 0) log.warn({ lines: queue.length }, 'log lines are lost: the records did not take them');
      queue = [];
    },
  };
}

function within(ms: number, begin: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    begin(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Whether the records cannot be reached or have no room, so that the same lines may well be taken later. */
function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return /^(08|53|57P|40|55|ECONN|EPIPE|ENOTFOUND|ETIMEDOUT)/.test(code) || /connection|timeout/i.test(error.message);
}

/** Whether the records refuse the statement for what it is and not for a line in it: a right or a table is missing, say. */
function isOfAll(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return /^(0A|25|28|3|42)/.test(code);
}
