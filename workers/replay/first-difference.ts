import type { History } from '@temporalio/common/lib/proto-utils';
import type { Replayer, ReplayFault } from './replayer';

type Event = NonNullable<History['events']>[number];

/** An event of a history. */
export interface Place {
  readonly id: number;
  /** As Temporal's UI has it: `ActivityTaskScheduled`. */
  readonly type: string;
  /** What it is of: an activity, a timer, a child workflow. Null: nothing that has a name. */
  readonly of: string | null;
}

/**
 * The event at which a history that could not be gone through parts from the code. Where the SDK does not say it, ever shorter
 * beginnings of the history are replayed until one passes: what followed from the task after that is where it is.
 */
export async function firstDifference(
  replayer: Replayer,
  workflow: string,
  history: History,
  { why }: ReplayFault,
): Promise<Place | null> {
  const events = history.events ?? [];
  const said = /HistoryEvent\(id: (\d+)/.exec(why)?.[1];
  const named = events.find(({ eventId }) => String(eventId) === said);
  if (named !== undefined) return placeOf(named);
  const tasks = events.flatMap((event, index) => (event.workflowTaskCompletedEventAttributes ? [index] : []));
  let from = 0;
  let to = tasks.length - 1;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const fault = await replayer.replay(workflow, { events: events.slice(0, endOfTask(events, tasks[middle] ?? 0)) });
    if (fault === null) from = middle + 1;
    else to = middle;
  }
  const task = events[tasks[from] ?? -1] ?? events[0];
  if (task === undefined) return null;
  const followed = events.filter((event) => String(taskOf(event)) === String(task.eventId));
  const quoted = [...why.matchAll(/'([^']+)'/g)].flatMap(([, text]) => text ?? []);
  const meant = followed.find((event) => quoted.some((text) => namesOf(event).includes(text)));
  return placeOf(meant ?? followed[0] ?? task);
}

/** Past the start of the next task: from there on it is settled what the one before it asked for. */
function endOfTask(events: readonly Event[], task: number): number {
  const next = events.findIndex((event, index) => index > task && event.workflowTaskStartedEventAttributes);
  return next < 0 ? events.length : next + 1;
}

type Attributes = Readonly<Record<string, unknown>>;

function attributesOf(event: Event): [name: string, Attributes] | null {
  const found = Object.entries(event).find(([key, value]) => key.endsWith('EventAttributes') && isObject(value));
  return found && isObject(found[1]) ? [found[0], found[1]] : null;
}

function isObject(value: unknown): value is Attributes {
  return typeof value === 'object' && value !== null;
}

/** The id of the task that an event follows from. */
function taskOf(event: Event): unknown {
  return attributesOf(event)?.[1]['workflowTaskCompletedEventId'];
}

/** The names in an event, that of what it is of first. */
function namesOf(event: Event): string[] {
  const attributes = attributesOf(event)?.[1] ?? {};
  const told = [
    attributes['activityType'],
    attributes['workflowType'],
    attributes['markerName'],
    attributes['timerId'],
  ];
  const others = [attributes['activityId'], attributes['workflowId']];
  const text = (one: unknown): unknown => (isObject(one) ? one['name'] : one);
  return [...told, ...others].map(text).filter((one) => typeof one === 'string');
}

function placeOf(event: Event): Place {
  const name = attributesOf(event)?.[0].replace(/EventAttributes$/, '') ?? 'an event';
  return {
    id: Number(event.eventId),
    type: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    of: namesOf(event)[0] ?? null,
  };
}
