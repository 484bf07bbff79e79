import type { DeadlineRow } from '../../store/deadlines/deadline-row';
import type { Deadline } from '../../core';
import { table } from '../frame';

/** Deadlines for people, one a line. */
export function deadlinesText(rows: readonly DeadlineRow[], width: number | null = null): string {
  if (rows.length === 0) {
    return 'No deadlines. A pipeline has one by `deadline: doneBy(...)`, and the workers put the next one down.';
  }
  const lines = rows.map((row) => [
    row.pipeline,
    row.partition === null ? row.day : `${row.day}, for ${row.partition}`,
    row.due,
    stateOf(row),
    row.run,
    row.reason,
  ]);
  return table(['of', 'day', 'due', 'state', 'run', 'when it was due'], lines, width);
}

function stateOf({ state, resolvedAt }: DeadlineRow): string {
  return state === 'missed' && resolvedAt !== null ? `late: ${resolvedAt}` : state;
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** When a deadline is: `06:00 Europe/Berlin, each day`. */
export function deadlineText({ time, timezone, weekdays }: Deadline): string {
  const days = weekdays.length === DAYS.length ? 'each day' : weekdays.map((day) => DAYS[day]).join(', ');
  return `${time} ${timezone}, ${days}`;
}
