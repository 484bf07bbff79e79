import type { Sensor } from '../../core';
import { isObject } from '../../core/plan/json';
import { lengthText } from '../../core/plan/time';
import type { SensorEventRow, SensorRow } from '../../store/sensors/sensor-row';
import { table } from '../frame';
import { onOneLine } from './cut';

/** A sensor that has not looked for so many of its intervals, and for two minutes, is looked after by nobody. */
const INTERVALS = 3;
const PATIENCE = 120_000;

/**
 * Sensors for people, one a line, with what is wrong below.
 *
 * @param now ms since 1970
 */
export function sensorsText(rows: readonly SensorRow[], now: number, width: number | null = null): string {
  if (rows.length === 0) {
    return 'No sensors. A pipeline has one by `on: onFiles(...)`, `onRows(...)` or `onEvent(...)`, and the workers put it down.';
  }
  const lines = rows.map((row) => [
    `${row.pipeline}/${row.sensor}`,
    row.source,
    cursorText(row),
    row.lookedAt,
    row.lastSeen,
    row.refused === 0 ? String(row.events) : `${row.events}, ${row.refused} refused`,
    stateOf(row, now),
  ]);
  const below = rows.flatMap(({ pipeline, sensor, error }) =>
    error === null ? [] : [`${pipeline}/${sensor}: ${error}`],
  );
  const head = ['sensor', 'looks at', 'cursor', 'last look', 'last event', 'events', 'state'];
  return [table(head, lines, width), ...(below.length === 0 ? [] : ['', ...below])].join('\n');
}

/** One sensor for people: all that the records hold of it, and what it has seen last. */
export function sensorDetail(
  row: SensorRow,
  events: readonly SensorEventRow[],
  now: number,
  width: number | null = null,
): string {
  const lines = events.map(({ seenAt, event, run, error, payload }) => [
    seenAt,
    event,
    run ?? `none: ${error ?? ''}`,
    onOneLine(payload, '--json'),
  ]);
  return [
    `${row.pipeline}/${row.sensor}`,
    ...facts(row, now).map(([name, value]) => `  ${name.padEnd(FACT)}${value}`),
    ...(lines.length === 0 ? [] : ['', table(['seen', 'event', 'run', 'payload'], lines, width)]),
  ].join('\n');
}

const FACT = 'last event  '.length;

/** What the records hold of a sensor, one a line. */
function facts(row: SensorRow, now: number): [name: string, value: string][] {
  const { source, every, lookedAt, lastSeen, events, refused, error } = row;
  return [
    ['looks at', `${source}${every === null || row.kind === 'event' ? '' : `, every ${lengthText(every)}`}`],
    ['cursor', cursorText(row)],
    ['last look', lookedAt ?? 'never'],
    ['last event', lastSeen ?? 'never'],
    ['events', refused === 0 ? String(events) : `${events}, ${refused} refused`],
    ['state', isLookedAfter(row, now) ? 'looked after' : NOBODY],
    ['error', error ?? 'none'],
  ];
}

const NOBODY = 'not looked after: no worker has it';

function cursorText({ kind, cursor }: SensorRow): string {
  if (kind !== 'rows') return '-';
  const watermark = isObject(cursor) ? cursor['watermark'] : undefined;
  return typeof watermark === 'string' ? watermark : 'at the beginning';
}

function stateOf(row: SensorRow, now: number): string {
  if (!isLookedAfter(row, now)) return NOBODY;
  return row.error === null ? 'well' : 'see below';
}

/**
 * Whether some worker has a sensor: it was looked, or tried, a while ago at most.
 *
 * @param now ms since 1970
 */
export function isLookedAfter({ lookedAt, every }: Pick<SensorRow, 'lookedAt' | 'every'>, now: number): boolean {
  return lookedAt !== null && Date.parse(lookedAt) >= now - Math.max(PATIENCE, INTERVALS * (every ?? 0));
}

/** What a sensor starts its pipeline on: `each file incoming/*.csv that has not changed for 10s (arrivals)`. */
export function startsText(sensor: Sensor): string {
  const { name } = sensor;
  if (sensor.of === 'files') {
    return `each file ${sensor.in}/${sensor.match} that has not changed for ${lengthText(sensor.settled)} (${name})`;
  }
  if (sensor.of === 'event') return `each event signed with ${sensor.secret.name} (${name})`;
  return `new rows by ${sensor.watermark}, of ${sensor.from.name}, every ${lengthText(sensor.every)} (${name})`;
}

/** A sensor as JSON: what is code, and the value of no resource, is left out. */
export function sensorFacts(sensor: Sensor): Readonly<Record<string, unknown>> {
  const { name, of, config } = sensor;
  if (sensor.of === 'files') {
    const { in: folder, match, settled, every } = sensor;
    return { name, of, in: folder, match, settled, every, config };
  }
  if (sensor.of === 'event') return { name, of, secret: sensor.secret.name, id: sensor.id, config };
  const { from, query, watermark, id, most, every } = sensor;
  return { name, of, from: from.name, query, watermark, id, most, every, config };
}
