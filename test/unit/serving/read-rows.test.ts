// Danger: a row scored as something else than what was sent, because a wrong value was let in or bent into shape.
import * as fc from 'fast-check';
import { isPerennialError } from '../../../core/errors';
import { encodeColumn, MISSING_TIMESTAMP, readCell, type Signature } from '../../../core/signature';
import { readRows } from '../../../serving/read-rows';
import { readSignature } from '../../../serving/signature';

const NOW = '2026-01-01T00:00:00.000Z';
const SIGNATURE: Signature = {
  inputs: [
    { name: 'x', type: 'number' },
    { name: 'carrier', type: 'text' },
    { name: 'at', type: 'timestamp' },
  ],
  output: 'probability',
  eventTime: 'at',
};

function refusal(rows: readonly unknown[], signature = SIGNATURE): string | null {
  try {
    readRows(signature, rows, NOW);
    return null;
  } catch (error) {
    if (isPerennialError(error)) return error.code;
    throw error;
  }
}

test('a row happens at its event time; a missing one at now', () => {
  const { rows, events, withoutEventTime } = readRows(
    SIGNATURE,
    [
      { x: 1, carrier: 'AA', at: 0 },
      { x: null, carrier: null, at: null },
    ],
    NOW,
  );
  expect(rows[0]).toEqual({ x: 1, carrier: 'AA', at: '1970-01-01T00:00:00.000Z' });
  expect(events).toEqual(['1970-01-01T00:00:00.000Z', NOW]);
  expect(withoutEventTime).toBe(1);
});

test('an event time that the model does not take may be sent or left out', () => {
  const signature: Signature = { inputs: [{ name: 'x', type: 'number' }], output: 'probability', eventTime: 'when' };
  const { events, withoutEventTime } = readRows(signature, [{ x: 1 }, { x: 1, when: '2001-01-01' }], NOW);
  expect(events).toEqual([NOW, '2001-01-01T00:00:00.000Z']);
  expect(withoutEventTime).toBe(1);
});

test('a model that tells no time by its rows misses none', () => {
  const signature: Signature = { inputs: [{ name: 'x', type: 'number' }], output: 'probability' };
  expect(readRows(signature, [{ x: 1 }], NOW)).toMatchObject({ events: [NOW], withoutEventTime: 0 });
});

test.each([
  ['2001-02-03T04:05:06Z', '2001-02-03T04:05:06.000Z'],
  ['2001-02-03T04:05:06.789+02:00', '2001-02-03T02:05:06.789Z'],
  ['2001-02-03T04:05', '2001-02-03T04:05:00.000Z'],
  ['2001-02-03', '2001-02-03T00:00:00.000Z'],
  [981_173_106_000, '2001-02-03T04:05:06.000Z'],
  [-1, '1969-12-31T23:59:59.999Z'],
])('the instant %s is read as %s, whatever the zone of this machine', (given, cell) => {
  expect(readCell('timestamp', given)).toEqual({ ok: true, cell });
});

test.each([
  ['number', NaN],
  ['number', Infinity],
  ['number', 1e39],
  ['number', '1'],
  ['number', true],
  ['text', 1],
  ['text', 'a\0b'],
  ['text', 'x'.repeat(1_001)],
  ['timestamp', '3 February'],
  ['timestamp', '2001-13-01'],
  ['timestamp', 0.5],
  ['timestamp', 9e15],
  ['timestamp', []],
] as const)('%s refuses %p', (type, value) => {
  expect(readCell(type, value).ok).toBe(false);
});

test('names that objects inherit are features like any other', () => {
  const row = { x: 1, carrier: 'AA', at: null };
  expect(refusal([{ x: 1, at: null, toString: 'AA' }])).toBe('PER_SERVE_008');
  expect(refusal([{ ...row, constructor: 1 }])).toBe('PER_SERVE_009');
  const odd: Signature = { inputs: [{ name: 'constructor', type: 'number' }], output: 'probability' };
  expect(refusal([{}], odd)).toBe('PER_SERVE_008');
  expect(refusal([{ constructor: 1 }], odd)).toBeNull();
});

test('any row is read, every cell as sent or as null, or refused with a code', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.jsonValue(), fc.record({ x: fc.jsonValue(), carrier: fc.jsonValue(), at: fc.jsonValue() }))),
      (rows) => {
        const code = refusal(rows);
        if (code !== null) expect(code).toMatch(/^PER_SERVE_0(08|09|10|12)$/);
        else expect(readRows(SIGNATURE, rows, NOW).rows).toHaveLength(rows.length);
      },
    ),
  );
});

test('what is missing is NaN, empty text or the smallest int64 for the model', () => {
  const rows = [{ x: null, carrier: null, at: null }];
  const [x, carrier, at] = SIGNATURE.inputs.map((column) => encodeColumn(column, rows).data);
  expect(x?.[0]).toBeNaN();
  expect(carrier?.[0]).toBe('');
  expect(at?.[0]).toBe(MISSING_TIMESTAMP);
});

test('a stored signature that cannot be served is refused by name', () => {
  expect(readSignature(SIGNATURE)).toEqual(SIGNATURE);
  const wrong = [
    null,
    {},
    { ...SIGNATURE, inputs: [] },
    { ...SIGNATURE, eventTime: 'x' },
    { ...SIGNATURE, output: 'score' },
  ];
  for (const signature of wrong) expect(() => readSignature(signature)).toThrow('PER_SERVE_022');
});
