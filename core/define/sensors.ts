import type { z } from 'zod';
import { perennialError } from '../errors';
import { allParts } from '../expr/reads';
import { makeRef, type Ref, type RefBase, type ValueOf } from '../expr/ref';
import { toExpression } from '../expr/wire';
import { type Duration, milliseconds } from '../plan/duration';
import { checkName } from '../plan/name';
import type { Expr } from '../plan/plan';
import { SEEN, type SeenFile, type SeenRows } from '../sensors/sensor';
import { jsonSchema } from './contract';
import { EVENT_OPTIONS, FILES_OPTIONS, refuseUnknownOptions, ROWS_OPTIONS } from './known-options';
import type { Resource } from './resource';
import type { Secret } from './secret';

declare const GIVES: unique symbol;

/** What every sensor has. */
interface Sensing<K extends string, G> {
  readonly kind: 'sensor';
  readonly name: string;
  /** The config of the run that it starts, by what it has seen. */
  readonly config: Expr;
  /** Never there at run time: carries the type of that config, and its keys. */
  readonly [GIVES]?: { readonly keys: K; readonly given: G };
}

/** Looks for files in a folder. */
export interface FilesSensor<K extends string = string, G = unknown> extends Sensing<K, G> {
  readonly of: 'files';
  readonly in: string;
  readonly match: string;
  /** ms for which a file must not have changed. */
  readonly settled: number;
  /** ms between looks. */
  readonly every: number;
}

/** Looks for rows of a query that are new by their watermark. */
export interface RowsSensor<K extends string = string, G = unknown> extends Sensing<K, G> {
  readonly of: 'rows';
  readonly from: DatabaseResource;
  readonly query: string;
  readonly watermark: string;
  readonly id: string;
  /** Rows that one event has at most. */
  readonly most: number;
  /** ms between looks. */
  readonly every: number;
}

/** Takes signed events by HTTP. */
export interface EventSensor<K extends string = string, G = unknown> extends Sensing<K, G> {
  readonly of: 'event';
  readonly secret: Resource<z.ZodType<string | Secret<string>>>;
  readonly payload: z.ZodType;
  /** Of a payload, what names the event. */
  readonly id: Expr;
}

/** What comes from outside and starts a pipeline; `K` and `G` say the keys and the type of the config that it gives. */
export type Sensor<K extends string = string, G = unknown> = FilesSensor<K, G> | RowsSensor<K, G> | EventSensor<K, G>;

/** A Postgres database: its URL, or an object that has it as `url`. */
export type DatabaseResource = Resource<z.ZodType<string | Secret<string> | { readonly url: string | Secret<string> }>>;

/** What is written as the config of a started run: its keys by their values, references to what was seen among them. */
type Given = Readonly<Record<string, unknown>>;

type SensorOf<R, T extends 'files' | 'rows' | 'event'> = Extract<
  Sensor<keyof R & string, ValueOf<R>>,
  { readonly of: T }
>;

/** Options of a sensor of files. */
export interface FilesOptions<R extends Given> {
  /** The folder, from the project's. What is in folders inside it does not count. */
  readonly in: string;
  /** Which names: `*` stands for any characters, `?` for one. Default `*`. */
  readonly match?: string;
  /** For how long a file must not have changed. Default `10s`. */
  readonly settled?: Duration;
  /** How often it is looked. Default `5s`. */
  readonly every?: Duration;
  /** The config of the run that a file starts. */
  readonly config: (file: Ref<SeenFile>) => R;
}

/**
 * Starts a run for each file that has come into a folder, or been written again with other content.
 *
 * @throws PER_DEF_001 for the name, PER_DEF_002 for a duration, PER_DEF_087 for the folder or the pattern, PER_DEF_071 for an
 * option that does not exist
 * @example
 * pipeline('load', {
 *   on: onFiles('arrivals', { in: 'incoming', match: '*.csv', config: (file) => ({ path: file.path }) }),
 *   config: z.object({ path: z.string() }),
 *   graph: (g, config) => g.run(read, { path: config.path }),
 * });
 */
export function onFiles<const R extends Given>(name: string, options: FilesOptions<R>): SensorOf<R, 'files'> {
  const { in: folder, match = '*', settled = '10s', every = '5s' } = options;
  checkName('sensor', name);
  refuseUnknownOptions(`the sensor ${name}`, options, FILES_OPTIONS);
  if (folder.trim() === '') throw wrong(name, 'it names no folder');
  if (match === '' || match.includes('/')) throw wrong(name, `'${match}' is no pattern of a file's name`);
  return Object.freeze({
    ...{ kind: 'sensor', of: 'files', name, in: folder, match },
    settled: milliseconds(settled, `settled of the sensor ${name}`),
    every: milliseconds(every, `every of the sensor ${name}`),
    config: configOf(name, options.config(seen<SeenFile>())),
  });
}

/** Options of a sensor of rows. */
export interface RowsOptions<R extends Given> {
  /** The database: a resource whose value is a Postgres URL, or has it as `url`. */
  readonly from: DatabaseResource;
  /** One SELECT, without parameters. The sensor itself asks only for what is new, in order. */
  readonly query: string;
  /** The column that only grows. Rows where it is null do not count. */
  readonly watermark: string;
  /** The column that tells rows of one watermark apart. */
  readonly id: string;
  /** How many rows one event has at most, 1 to 1000. Default 1000. */
  readonly most?: number;
  /** How often it is looked. Default `1m`. */
  readonly every?: Duration;
  /** The config of the run that new rows start. */
  readonly config: (rows: Ref<SeenRows>) => R;
}

const COLUMN = /^[A-Za-z_][A-Za-z0-9_$]{0,62}$/;

/**
 * Starts a run for the rows of a query that are new: whose watermark is later than all that were seen, or the same as the latest
 * with another id. The query runs in a transaction that may only read.
 *
 * @throws PER_DEF_001 for the name, PER_DEF_002 for a duration, PER_DEF_087 for the query or a column, PER_DEF_071 for an option
 * that does not exist
 * @example
 * onRows('orders', {
 *   from: warehouse,
 *   query: 'SELECT id, updated_at FROM orders',
 *   watermark: 'updated_at',
 *   id: 'id',
 *   config: (rows) => ({ ids: rows.ids }),
 * })
 */
export function onRows<const R extends Given>(name: string, options: RowsOptions<R>): SensorOf<R, 'rows'> {
  const { from, query, watermark, id, most = 1_000, every = '1m' } = options;
  checkName('sensor', name);
  refuseUnknownOptions(`the sensor ${name}`, options, ROWS_OPTIONS);
  if (!/^\s*(select|with|table|values)\b/i.test(query)) throw wrong(name, 'its query is no SELECT');
  if (query.includes(';')) throw wrong(name, 'its query has a semicolon');
  for (const column of [watermark, id]) {
    if (!COLUMN.test(column)) throw wrong(name, `'${column}' is no name of a column`);
  }
  if (!Number.isInteger(most) || most < 1 || most > 1_000) throw wrong(name, `most is ${most}, not 1 to 1000`);
  return Object.freeze({
    ...{ kind: 'sensor', of: 'rows', name, from, query, watermark, id, most },
    every: milliseconds(every, `every of the sensor ${name}`),
    config: configOf(name, options.config(seen<SeenRows>())),
  });
}

/** Options of a sensor of events. */
export interface EventOptions<S extends z.ZodType, R extends Given> {
  /** What senders sign with: a resource whose value is a text of 16 characters at least. */
  readonly secret: Resource<z.ZodType<string | Secret<string>>>;
  /** What the body has to be. */
  readonly payload: S;
  /** What of it names the event: one that comes again starts nothing. It is in the body, which the signature is over. */
  readonly id: (payload: Ref<z.output<S>>) => RefBase<string>;
  /** The config of the run that an event starts. */
  readonly config: (payload: Ref<z.output<S>>) => R;
}

/**
 * Starts a run for each event that is sent, signed, to `POST /v1/sensors/<pipeline>/<name>`.
 *
 * @throws PER_DEF_001 for the name, PER_DEF_017 for a payload that is no JSON, PER_DEF_071 for an option that does not exist
 * @example
 * onEvent('shipped', {
 *   secret: shopKey,
 *   payload: z.object({ id: z.string(), order: z.int() }),
 *   id: (event) => event.id,
 *   config: (event) => ({ order: event.order }),
 * })
 */
export function onEvent<S extends z.ZodType, const R extends Given>(
  name: string,
  options: EventOptions<S, R>,
): SensorOf<R, 'event'> {
  const { secret, payload } = options;
  checkName('sensor', name);
  refuseUnknownOptions(`the sensor ${name}`, options, EVENT_OPTIONS);
  // What is kept of an event, and what references read, is JSON.
  jsonSchema(payload, 'output', `The payload of the sensor ${name}`);
  const id = toExpression(options.id(seen<z.output<S>>()), `The id of the sensor ${name}`);
  checkReads(name, id);
  const config = configOf(name, options.config(seen<z.output<S>>()));
  return Object.freeze({ kind: 'sensor', of: 'event', name, secret, payload, id, config });
}

/** The resources that sensors need. */
export function resourcesOfSensors(sensors: readonly Sensor[]): readonly Resource[] {
  return sensors.flatMap((sensor): Resource[] => {
    if (sensor.of === 'rows') return [sensor.from];
    return sensor.of === 'event' ? [sensor.secret] : [];
  });
}

function seen<T>(): Ref<T> {
  return makeRef<T>({ op: 'item', map: SEEN, path: [] });
}

function configOf(name: string, given: Given): Expr {
  const expr = toExpression(given, `The config of the sensor ${name}`);
  checkReads(name, expr);
  return expr;
}

/** Only of what was seen: a reference of a graph would have no value here. */
function checkReads(name: string, expr: Expr): void {
  const foreign = allParts(expr).find((part) => part.op === 'config' || part.op === 'output');
  if (foreign !== undefined) throw wrong(name, 'it reads what belongs to a graph');
}

function wrong(name: string, why: string): Error {
  return perennialError('PER_DEF_087', `The sensor ${name} is declared wrongly: ${why}.`);
}
