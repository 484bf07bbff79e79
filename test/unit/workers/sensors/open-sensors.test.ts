// Danger: a worker that begins without what a sensor needs and finds out at the first event, or signs with a secret that is guessed.
import { z } from 'zod';
import { onEvent, onFiles, onRows, pipeline, resource, secret } from '../../../../core';
import { openSensors, sensorsOf } from '../../../../workers/sensors/open-sensors';

const warehouse = resource('warehouse', z.object({ url: secret(z.string()) }));
const hook = resource('hook', z.string());
const config = z.object({ what: z.string() });
const graph = (): null => null;
const query = { query: 'SELECT id, at FROM t', watermark: 'at', id: 'id' } as const;
const files = onFiles('files', { in: 'incoming', config: (file) => ({ what: file.path }) });
const rows = onRows('rows', { from: warehouse, ...query, config: (seen) => ({ what: seen.to }) });
const event = onEvent('event', {
  secret: hook,
  payload: z.object({ id: z.string() }),
  id: (one) => one.id,
  config: (one) => ({ what: one.id }),
});
const load = pipeline('load', { config, on: [files, rows, event], graph: (_g, given) => given.what });
const given = (values: Readonly<Record<string, z.core.util.JSONType>>) =>
  new Map(Object.entries(values).map(([name, value]) => [name, { value, source: 'here' }]));
const url = 'postgres://somebody:password@somewhere/orders';

test('each has what it needs: the URL out of its secret, the key, nothing', async () => {
  const none = pipeline('none', { config: z.object({}), graph });
  const opened = await openSensors([none, load], given({ warehouse: { url }, hook: 'sixteen letters and more' }));
  expect(opened.map(({ sensor, value }) => [sensor.name, value])).toEqual([
    ['files', null],
    ['rows', url],
    ['event', 'sixteen letters and more'],
  ]);
});

test.each([
  ['no secret', { warehouse: { url } }, 'PER_RUN_060'],
  ['a short one', { warehouse: { url }, hook: 'short-key' }, 'PER_RUN_061'],
  ['no database', { hook: 'sixteen letters and more' }, 'PER_RUN_060'],
  ['a database without a URL', { warehouse: { host: 'h' }, hook: 'sixteen letters and more' }, 'PER_RUN_061'],
])('with %s a worker does not begin, and the error has no value', async (_what, values, code) => {
  const error: unknown = await openSensors([load], given(values)).catch((thrown: unknown) => thrown);
  expect(String(error)).toContain(code);
  expect(String(error)).not.toContain('short-key');
});

test.each([
  ['in a quiet preview', { pool: 'cpu', startsByItself: false }],
  ['in another pool', { pool: 'gpu', startsByItself: true }],
])('%s none is opened, and what they would need is not asked for', async (_where, place) => {
  expect(await sensorsOf(place, [load], given({}))).toEqual([]);
  const all = given({ warehouse: { url }, hook: 'sixteen letters and more' });
  expect(await sensorsOf({ pool: 'cpu', startsByItself: true }, [load], all)).toHaveLength(3);
});
