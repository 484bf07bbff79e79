// Danger: a value that JSON or Postgres has no form for is changed in silence, or kills the commit again and again.
import fc from 'fast-check';
import { OUTPUT_LIMIT, toJson, toOutput } from '../../../activities/run-step/to-json';

test('what JSON can say comes back as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const text = JSON.stringify(value);
      fc.pre(!/\\u0000|\\ud[89a-f]|"__proto__"/i.test(text));
      expect(toJson(value, 'it')).toEqual(JSON.parse(text));
    }),
  );
});

test('the limit counts bytes, not characters', () => {
  const wide = 'é'.repeat(OUTPUT_LIMIT / 2);
  expect(() => toOutput(wide, 's')).toThrow(`${OUTPUT_LIMIT + 2} bytes`);
  expect(toOutput(wide.slice(1), 's')).toHaveLength(OUTPUT_LIMIT / 2 - 1);
});

test.each([
  ['a number without a form', { a: [Infinity] }],
  ['a NUL', 'a\0'],
  ['a NUL in a key', { 'a\0': 1 }],
  ['half a character', ['\udc00']],
  ['a key that is no field', JSON.parse('{"__proto__":[]}')],
  ['a bigint', { n: 1n }],
] satisfies [string, unknown][])('%s is refused by name, not changed', (_, value) => {
  expect(() => toOutput(value, 'mine')).toThrow("The output of the step 'mine' cannot be kept");
});

test('a cycle is refused', () => {
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  expect(() => toOutput(cycle, 'mine')).toThrow('PER_RUN_007');
});
