import type { FieldDifference, ScheduleChange } from '../../client/schedules/plan-schedules';
import type { ScheduleState } from '../../client/schedules/list-schedules';
import { table } from '../frame';
import { duration } from './duration';

/** Schedules for people, one a line, with what is wrong below. */
export function schedulesText(states: readonly ScheduleState[], width: number | null = null): string {
  if (states.length === 0) return 'No schedules. A pipeline has one by `schedule: cron(...)`, and a model too.';
  const lines = states.map((state) => [
    `${state.owner.kind} ${state.owner.name}`,
    `${state.cron} ${state.timezone}`,
    state.overlap,
    state.jitter === 0 ? '-' : duration(state.jitter),
    duration(state.catchup),
    nextText(state),
    lastText(state),
    `${state.missed} missed, ${state.skipped + state.dropped} skipped`,
  ]);
  const head = ['of', 'cron', 'overlap', 'jitter', 'catch-up', 'next tick', 'last tick', 'ticks'];
  return [table(head, lines, width), ...below(states.flatMap(({ warnings }) => warnings))].join('\n');
}

function below(warnings: readonly string[]): string[] {
  return warnings.length === 0 ? [] : ['', ...warnings.map((text) => `Warning: ${text}`)];
}

function nextText({ paused, next }: ScheduleState): string {
  return paused ? 'paused' : (next[0] ?? 'none');
}

function lastText({ last: [last] }: ScheduleState): string {
  return last ? `${last.tick}: ${startedText(last)}` : '-';
}

function startedText({ workflow, runs }: ScheduleState['last'][number]): string {
  return runs.length > 0 ? runs.join(', ') : workflow;
}

/** One schedule for people, with its next ticks and what its last ones started. */
export function scheduleText(state: ScheduleState, width: number | null = null): string {
  const { owner, cron, timezone, overlap, jitter, catchup, paused, next, last, lost } = state;
  const isPaused = paused ? `paused${paused.note ? `: ${paused.note}` : ''}` : 'ticks';
  return [
    `schedule   ${state.schedule}, of the ${owner.kind} ${owner.name}`,
    `cron       ${cron}, ${timezone}`,
    `overlap    ${overlap}`,
    `jitter     ${jitter === 0 ? 'none' : duration(jitter)}`,
    `catch-up   ${duration(catchup)}`,
    `state      ${isPaused}; ${state.running} running, ${state.waiting} waiting`,
    `ticks      ${state.taken} taken, ${state.missed} missed, ${state.skipped} skipped, ${state.dropped} dropped`,
    `next       ${next.slice(0, 5).join('\n           ') || 'none'}`,
    ...(lost.length > 0 ? [`no tick    ${lost.slice(0, 5).join(', ')}: clocks are put forward over it`] : []),
    ...(last.length > 0
      ? [
          '',
          table(
            ['tick', 'started', 'what'],
            last.map((one) => [one.tick, one.at, startedText(one)]),
            width,
          ),
        ]
      : []),
    ...below(state.warnings),
  ].join('\n');
}

const WORD = {
  create: '+ create',
  update: '~ update',
  delete: '- delete',
  none: '  same  ',
  taken: '! left  ',
} as const;

/** How the schedules of Temporal differ from the code's, for people. */
export function scheduleChangesText(changes: readonly ScheduleChange[]): string {
  if (changes.length === 0) return 'The project declares no schedules, and Temporal holds none of its.';
  return changes.flatMap(changeText).join('\n');
}

function changeText({ schedule, change, differences, paused }: ScheduleChange): string[] {
  const told = change === 'taken' ? ' (made by somebody else: rename the pipeline or the schedule)' : '';
  const stays = paused && change !== 'delete' ? ` (paused${paused.note ? `: ${paused.note}` : ''}; it stays so)` : '';
  return [`${WORD[change]} ${schedule}${told}${stays}`, ...differences.map((one) => `    ${differenceText(one)}`)];
}

function differenceText({ field, from, to }: FieldDifference): string {
  const text = (value: string | number | null): string => {
    if (value === null || value === '') return 'nothing';
    return typeof value === 'number' ? duration(value) : value;
  };
  if (from === null) return `${field}: ${text(to)}`;
  if (to === null) return `${field}: ${text(from)}`;
  return `${field}: ${text(from)} -> ${text(to)}`;
}
