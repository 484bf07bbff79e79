import type { UpkeepResult } from '../../store/upkeep/upkeep';
import { table } from '../frame';
import { bytesText } from './bytes';

/** What an upkeep removed, or would, for people, within the width of a terminal if there is one. */
export function upkeepText(
  { dryRun, complete, logs, executions, predictions, events, files }: UpkeepResult,
  width: number | null,
): string {
  const goes = dryRun ? 'would go' : 'gone';
  const { days } = logs;
  const span = days.length === 0 ? '' : ` (${[...new Set([days[0], days.at(-1)])].join(' to ')})`;
  const left = files === 0 ? '' : `, ${counted(files, 'file')}`;
  const rows = [
    ['logs', beforeText(logs.before), `${counted(days.length, 'day')}${span}`, bytesText(logs.bytes)],
    [
      'executions',
      beforeText(executions.before),
      `${counted(executions.executions, 'execution')} of ${counted(executions.runs, 'run')}`,
      null,
    ],
    [
      'predictions',
      beforeText(predictions.before),
      `${counted(predictions.predictions, 'prediction')} in ${counted(predictions.segments, 'segment')}, ${counted(predictions.labels, 'label')}${left}`,
      bytesText(predictions.bytes),
    ],
    [
      'events',
      beforeText(events.before),
      `${counted(events.events, 'event')} and ${counted(events.files, 'file')} of sensors, ${counted(events.outbox, 'row')} of the outbox`,
      null,
    ],
  ];
  const text = table(['records', 'older than', goes, 'size'], rows, width);
  return complete ? text : `${text}\nLog lines are being read, so some of their days are still there: try again later.`;
}

function beforeText(before: string | null): string {
  return before ?? 'kept for ever';
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
