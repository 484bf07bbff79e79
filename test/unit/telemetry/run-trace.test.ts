// Danger: two processes come to different ids for one run, and its trace falls apart; or a header of another's making breaks a run.
import { readRunTrace, readTraceparent, traceOfRun, traceparentOf } from '../../../core/trace/run-trace';

const ID = '0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
const above = { trace: '4bf92f3577b34da6a3ce929d0e0e4736', span: '00f067aa0ba902b7', sampled: true };

test("a run's place is made of Temporal's Run ID, below whoever started it", () => {
  expect(traceOfRun(ID, above)).toEqual({ ...above, span: '8a9b0c1d2e3f4a5b', parent: above.span });
  expect(traceOfRun(ID, null)).toEqual({
    trace: '0198a1b2c3d47e5f8a9b0c1d2e3f4a5b',
    span: '8a9b0c1d2e3f4a5b',
    sampled: null,
    parent: null,
  });
});

test('a place comes through a header as it was', () => {
  for (const place of [traceOfRun(ID, above), traceOfRun(ID, null), traceOfRun(ID, { ...above, sampled: false })]) {
    expect(readRunTrace(JSON.parse(JSON.stringify(place)))).toEqual(place);
  }
});

test('traceparent is read and written as W3C has it', () => {
  const text = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  expect(readTraceparent(text)).toEqual(above);
  expect(traceparentOf(above)).toBe(text);
  expect(readTraceparent(text.replace(/01$/, '00'))).toMatchObject({ sampled: false });
  expect(traceparentOf({ ...above, sampled: false })).toMatch(/-00$/);
});

test.each([
  [null],
  ['x'],
  [7],
  ['00-00000000000000000000000000000000-00f067aa0ba902b7-01'],
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01'],
  ['00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01'],
])('%p is no traceparent', (text) => {
  expect(readTraceparent(text)).toBeNull();
});

test.each([[null], ['x'], [{}], [{ trace: 'x', span: 'y' }], [{ ...above, span: 7 }]])('%p is no place', (value) => {
  expect(readRunTrace(value)).toBeNull();
});
