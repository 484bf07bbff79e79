/* oxlint-disable typescript/no-unsafe-assignment -- what the compiler refuses has the type of an error */
// Danger: a sensor that starts runs with a config which the pipeline refuses, found only when the first file has come.
import { z } from 'zod';
import { notSecret, onDataset, onEvent, onFiles, onRows, pipeline, resource, secret, template } from '../../core';
import type { EventSensor, FilesSensor, Pipeline, Sensor } from '../../core';
import { Dataset } from '../../steps/types';
import { type Equal, holds } from './equal';

const config = z.object({ path: z.string(), size: z.int().default(0) });
const graph = (): null => null;

const arrivals = onFiles('arrivals', {
  ...{ in: 'incoming', match: '*.csv', settled: '10s', every: '5s' },
  config: (file) => ({ path: file.path, size: file.size }),
});
holds<Equal<typeof arrivals, FilesSensor<'path' | 'size', { path: string; size: number }>>>();
export const files: Pipeline<typeof config> = pipeline('files', { config, on: arrivals, graph: (_g, given) => given });
export const inline = pipeline('inline', {
  config,
  on: onFiles('arrivals', { in: 'incoming', config: (file) => ({ path: template`${file.name} of ${file.modified}` }) }),
  graph: (_g, given) => given,
});

const url = resource('warehouse', z.object({ url: secret(z.string()), note: notSecret(z.string()) }));
const text = resource('text', z.string());
const key = resource('shop-key', secret(z.string().min(16)));
const query = { query: 'SELECT id, updated_at FROM orders', watermark: 'updated_at', id: 'id' } as const;
const orders = onRows('orders', { from: url, ...query, config: (rows) => ({ path: rows.to, size: rows.count }) });
const listed = onRows('listed', { from: text, ...query, config: (rows) => ({ ids: rows.ids, since: rows.from }) });
const payload = z.object({ id: z.string(), order: z.object({ number: z.int() }) });
const shipped = onEvent('shipped', {
  secret: key,
  payload,
  id: (event) => event.id,
  config: (event) => ({ path: event.id, size: event.order.number }),
});
holds<Equal<typeof shipped, EventSensor<'path' | 'size', { path: string; size: number }>>>();
export const all: readonly Sensor[] = [arrivals, orders, listed, shipped];
const wide = z.object({ ids: z.array(z.string()), since: z.string().nullable() });
export const rows = pipeline('rows', { config: wide, on: listed, graph: (_g, given) => given });
export const several = pipeline('several', { config, on: [arrivals, orders, shipped], graph: (_g, given) => given });
const flights = pipeline('made', { config: z.object({ at: Dataset }), graph: (_g, given) => ({ data: given.at }) });
const taking = z.object({ path: z.string().default(''), data: Dataset.nullable().default(null) });
export const mixed = pipeline('mixed', {
  config: taking,
  on: [
    onDataset(flights, (made) => made.data, { into: 'data' }),
    onFiles('arrivals', { in: 'incoming', config: (file) => ({ path: file.path }) }),
  ],
  graph: (_g, given) => given,
});

export function refused(): void {
  // @ts-expect-error a file has no such part
  onFiles('a', { in: 'incoming', config: (file) => ({ path: file.owner }) });
  const number = onFiles('a', { in: 'incoming', config: (file) => ({ path: file.size }) });
  // @ts-expect-error the key takes a text
  pipeline('wrong-type', { config, on: number, graph });
  const misspelt = onFiles('a', { in: 'incoming', config: (file) => ({ path: file.path, sise: file.size }) });
  // @ts-expect-error there is no such key
  pipeline('no-key', { config, on: misspelt, graph });
  const little = onFiles('a', { in: 'incoming', config: (file) => ({ size: file.size }) });
  // @ts-expect-error a key without a default is not given
  pipeline('too-little', { config, on: [arrivals, little], graph });
  // @ts-expect-error what is seen has the rows' ids, not the rows
  onRows('r', { from: url, ...query, config: (seen) => ({ path: seen.rows }) });
  const port = resource('port', z.int());
  // @ts-expect-error a database is named by its URL
  onRows('r', { from: port, ...query, config: (seen) => ({ path: seen.to }) });
  // @ts-expect-error the id of an event is a text
  onEvent('e', { secret: key, payload, id: (event) => event.order.number, config: () => ({ path: '' }) });
  // @ts-expect-error a secret is a text
  onEvent('e', { secret: url, payload, id: (event) => event.id, config: () => ({ path: '' }) });
  // @ts-expect-error no such length of time
  onFiles('a', { in: 'incoming', settled: 'a while', config: () => ({ path: '' }) });
}
