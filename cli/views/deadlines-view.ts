import type { DeadlineRow } from '../../store/deadlines/deadline-row';
import type { Deadline } from '../../core';
import { table } from '../frame';

/** A deadline that waits for longer than this after it was due is judged by nobody, ms: a look takes 10 s. */
const PATIENCE = 120_000;

/** Which deadlines were asked for. */
export interface Asked {
  readonly pipeline?: string | undefined;
  readonly missed?: boolean;
}

/**
 * Deadlines for people, one a line.
 *
 * @param now ms since 1970
 */
export function deadlinesText(
  rows: readonly DeadlineRow[],
  now: number,
  width: number | null = null,
  asked: Asked = {},
): string {
  if (rows.length === 0) return noneText(asked);
  const lines = rows.map((row) => [
    row.pipeline,
    row.partition === null ? row.day : `${row.day}, for ${row.partition}`,
    row.due,
    stateOf(row, now),
    row.run,
    row.reason,
  ]);
  return table(['of', 'day', 'due', 'state', 'run', 'when it was due'], lines, width);
}

function noneText({ pipeline, missed = false }: Asked): string {
  const of = pipeline === undefined ? '' : ` of ${pipeline}`;
  if (missed) return `No deadline${of} was missed.`;
  const who = pipeline === undefined ? 'A pipeline has one' : 'It has one';
  return `No deadlines${of}. ${who} by \`deadline: doneBy(...)\`, and the workers put the next one down.`;
}

function stateOf({ state, due, resolvedAt }: DeadlineRow, now: number): string {
  if (state === 'waiting' && Date.parse(due) < now - PATIENCE) return 'not judged: no worker had it';
  return state === 'missed' && resolvedAt !== null ? `late: ${resolvedAt}` : state;
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** When a deadline is: `06:00 Europe/Berlin, each day`. */
export function deadlineText({ time, timezone, weekdays }: Deadline): string {
  const days = weekdays.length === DAYS.length ? 'each day' : weekdays.map((day) => DAYS[day]).join(', ');
  return `${time} ${timezone}, ${days}`;
}
