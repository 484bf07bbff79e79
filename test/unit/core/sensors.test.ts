// Danger: a sensor that starts runs which fail at once, since its config was never held against the pipeline's; one that counts
// what a program has not finished writing; two events with one run, or one with two.
import { z } from 'zod';
import { daily, onEvent, onFiles, onRows, pipeline, resource, secret, type Sensor, template } from '../../../core';
import { configOfSeen } from '../../../core/expr/config-of-seen';
import { isPassing, nameFits, sensedRunId } from '../../../core/sensors/sensor';
import { codeOf } from './code-of';

const config = z.object({ path: z.string(), size: z.int().default(0), note: z.string().optional() });
const graph = (): null => null;
const url = resource('warehouse', secret(z.string()));
const rows = { from: url, query: 'SELECT id, at FROM t', watermark: 'at', id: 'id' } as const;
const payload = z.object({ id: z.string(), order: z.object({ number: z.int() }) });
const files = (name: string, given = 'path'): Sensor =>
  onFiles(name, { in: 'incoming', config: (file) => ({ [given]: file.path }) });
/** Past the compiler, as callers without types come. */
const declared = (on: unknown, more: object = {}): unknown =>
  Reflect.apply(pipeline, undefined, ['p', { config, on, graph, ...more }]);

test('what is seen becomes the config of a run by the expressions that were written', () => {
  const file = { path: '/in/a.csv', name: 'a.csv', size: 7, modified: '2026-01-01T00:00:00.000Z', digest: 'd' };
  const arrivals = onFiles('arrivals', {
    in: 'incoming',
    config: (one) => ({ path: one.path, size: one.size, note: template`${one.name} of ${one.modified}` }),
  });
  expect(configOfSeen(arrivals.config, file)).toEqual({
    path: '/in/a.csv',
    size: 7,
    note: 'a.csv of 2026-01-01T00:00:00.000Z',
  });
  const orders = onRows('orders', { ...rows, config: (seen) => ({ path: seen.to, ids: seen.ids }) });
  expect(configOfSeen(orders.config, { from: null, to: '3', count: 2, ids: ['1', '2'] })).toEqual({
    path: '3',
    ids: ['1', '2'],
  });
  const event = onEvent('e', { secret: url, payload, id: (e) => e.id, config: (e) => ({ size: e.order.number }) });
  expect(configOfSeen(event.config, { id: 'a', order: { number: 3 } })).toEqual({ size: 3 });
  expect(configOfSeen(event.id, { id: 'a', order: { number: 3 } })).toBe('a');
});

test('a pipeline keeps its sensors beside its triggers, and needs what they need', () => {
  const on = [files('one'), onRows('two', { ...rows, config: (seen) => ({ path: seen.to }) })];
  const made = pipeline('p', { config: z.object({ path: z.string() }), on: [], graph: (_g, given) => given.path });
  expect(made.sensors).toEqual([]);
  const sensing = declared(on);
  expect(sensing).toMatchObject({
    sensors: [{ name: 'one' }, { name: 'two' }],
    on: [],
    resources: [{ name: 'warehouse' }],
  });
});

test.each([
  ['a key that the config has not', () => declared(files('a', 'paht')), 'PER_DEF_086'],
  ['no key at all', () => declared(onFiles('a', { in: 'i', config: () => ({ size: 1 }) })), 'PER_DEF_086'],
  ['a name twice', () => declared([files('a'), files('a')]), 'PER_DEF_088'],
  ['partitions', () => declared(files('a'), { partitions: daily({ from: '2026-01-01' }) }), 'PER_DEF_081'],
  ['a malformed name', () => files('A b'), 'PER_DEF_001'],
  ['no folder', () => onFiles('a', { in: ' ', config: () => ({}) }), 'PER_DEF_087'],
  ['a pattern of folders', () => onFiles('a', { in: 'i', match: '*/x', config: () => ({}) }), 'PER_DEF_087'],
  [
    'two statements',
    () => onRows('a', { ...rows, query: 'SELECT 1; DROP TABLE t', config: () => ({}) }),
    'PER_DEF_087',
  ],
  [
    'a statement that writes',
    () => onRows('a', { ...rows, query: 'DELETE FROM t', config: () => ({}) }),
    'PER_DEF_087',
  ],
  ['no column', () => onRows('a', { ...rows, id: 'a"b', config: () => ({}) }), 'PER_DEF_087'],
  ['too many rows', () => onRows('a', { ...rows, most: 5_000, config: () => ({}) }), 'PER_DEF_087'],
  [
    'a payload that JSON has no form for',
    () =>
      onEvent('a', {
        secret: url,
        payload: z.object({ id: z.string(), at: z.date() }),
        id: (e) => e.id,
        config: () => ({}),
      }),
    'PER_DEF_017',
  ],
])('a sensor with %s is refused where it is declared', (_what, declare, code) => {
  expect(codeOf(declare)).toBe(code);
});

test('a reference of a graph is none of a sensor', () => {
  const declare = (): unknown =>
    pipeline('p', {
      config,
      graph: (_g, given) => onFiles('a', { in: 'i', config: () => ({ path: given.path }) }),
    });
  expect(codeOf(declare)).toBe('PER_DEF_087');
});

test.each([
  ['*.csv', 'a.csv', true],
  ['*.csv', 'a.csv.gz', false],
  ['*.csv', 'acsv', false],
  ['day-?.json', 'day-1.json', true],
  ['day-?.json', 'day-10.json', false],
  ['a[1].(x)', 'a[1].(x)', true],
  ['*', 'two\nlines', true],
])('the pattern %s and the name %j: %s', (match, name, fits) => {
  expect(nameFits(match, name)).toBe(fits);
});

test.each(['.hidden.csv', 'a.csv.tmp', 'a.csv~', 'a.csv.part', 'A.CSV.PARTIAL', 'a.csv.crdownload', '~$a.xlsx'])(
  '%s is not whole yet',
  (name) => {
    expect(isPassing(name)).toBe(true);
    expect(isPassing('a.csv')).toBe(false);
  },
);

test('one event has one run, another one has another', () => {
  const id = sensedRunId('load', 'arrivals', 'a');
  expect(id).toMatch(/^load:arrivals-[0-9a-f]{16}$/);
  expect(sensedRunId('load', 'arrivals', 'a')).toBe(id);
  expect(sensedRunId('load', 'arrivals', 'b')).not.toBe(id);
});
