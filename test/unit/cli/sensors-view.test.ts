// Danger: a sensor that nobody looks after, or that fails at each look, and reads as if all were well.
import { startsText, sensorDetail, sensorFacts, sensorsText } from '../../../cli/views/sensors-view';
import { z } from 'zod';
import { onEvent, onFiles, onRows, resource } from '../../../core';
import type { SensorRow } from '../../../store/sensors/sensor-row';

const row: SensorRow = {
  ...{ pipeline: 'load', sensor: 'orders', kind: 'rows', source: 'rows by at, of warehouse', every: 60_000 },
  ...{ cursor: { watermark: '2026-01-02 00:00:00+00', ids: ['1'] }, lookedAt: '2026-01-02T00:01:00.000Z', error: null },
  ...{ lastSeen: '2026-01-02T00:00:30.000Z', events: 3, refused: 1 },
};
const now = Date.parse('2026-01-02T00:02:00Z');

test('a sensor says where it is, what it saw, and whether it is looked after', () => {
  const text = sensorsText([row], now);
  for (const part of ['load/orders', '2026-01-02 00:00:00+00', '3, 1 refused', 'well']) expect(text).toContain(part);
  expect(sensorsText([row], now + 600_000)).toContain('not looked after');
  expect(sensorsText([{ ...row, lookedAt: null, cursor: null }], now)).toMatch(/at the beginning.*not looked after/s);
  expect(sensorsText([{ ...row, error: '[PER_RUN_187] no' }], now)).toMatch(
    /see below.*load\/orders: \[PER_RUN_187\] no/s,
  );
  expect(sensorsText([], now)).toContain('No sensors');
});

test('one sensor shows what it saw, with the run, or why there is none', () => {
  const seen = {
    pipeline: 'load',
    sensor: 'orders',
    event: 'e1',
    payload: { a: 1 },
    seenAt: 't',
    run: null,
    error: 'no',
  };
  expect(sensorDetail(row, [seen, { ...seen, run: 'load:orders-1', error: null }], now)).toMatch(
    /none: no .*\{"a":1\}.*load:orders-1/s,
  );
});

test('it shows all that the records hold of it: where it is, when it looked, what was wrong', () => {
  const text = sensorDetail({ ...row, error: '[PER_RUN_187] no' }, [], now);
  expect(text.split('\n')).toEqual([
    'load/orders',
    '  looks at    rows by at, of warehouse, every 1m',
    '  cursor      2026-01-02 00:00:00+00',
    '  last look   2026-01-02T00:01:00.000Z',
    '  last event  2026-01-02T00:00:30.000Z',
    '  events      3, 1 refused',
    '  state       looked after',
    '  error       [PER_RUN_187] no',
  ]);
  const never = { ...row, lookedAt: null, lastSeen: null, refused: 0 };
  expect(sensorDetail(never, [], now)).toMatch(
    /last look +never\n +last event +never\n +events +3\n +state +not looked/,
  );
});

test('a plan says what each starts on, and holds no code and no value', () => {
  const from = resource('warehouse', z.string());
  const query = { from, query: 'SELECT 1 AS id, 2 AS at', watermark: 'at', id: 'id' } as const;
  const all = [
    onFiles('arrivals', { in: 'incoming', match: '*.csv', config: (file) => ({ path: file.path }) }),
    onRows('orders', { ...query, config: (rows) => ({ ids: rows.ids }) }),
    onEvent('shipped', { secret: from, payload: z.object({ id: z.string() }), id: (e) => e.id, config: () => ({}) }),
  ];
  expect(all.map(startsText)).toEqual([
    'each file incoming/*.csv that has not changed for 10s (arrivals)',
    'new rows by at, of warehouse, every 1m (orders)',
    'each event signed with warehouse (shipped)',
  ]);
  const facts = all.map(sensorFacts);
  expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
});
