// Danger: `perennial why` blames what has not changed, or keeps silent about what has.
import fc from 'fast-check';
import { inputDifferences, namedDifferences } from '../../../cli/views/differences';
import { canonicalJson, type Json, jsonOf } from '../../../core/plan/json';
import { differencesText, valueDifferences } from '../../../core/plan/value-differences';

const anyJson = fc.jsonValue({ maxDepth: 3 }).map((value): Json => jsonOf(value));

test('two values differ somewhere exactly when they are not the same JSON', () => {
  fc.assert(
    fc.property(anyJson, anyJson, (was, is) => {
      expect(valueDifferences(was, is).length === 0).toBe(canonicalJson(was) === canonicalJson(is));
      expect(valueDifferences(was, was)).toEqual([]);
    }),
  );
});

test('the innermost place is named, with what was there and what is', () => {
  const was = { window: { from: 'a', to: 'b' }, seeds: [1, 2], gone: null };
  const is = { window: { from: 'a', to: 'c' }, seeds: [1, 3, 4], constructor: 1 };
  expect(inputDifferences(was, is)).toEqual([
    { part: 'input', what: 'constructor', was: null, is: '1' },
    { part: 'input', what: 'gone', was: 'null', is: null },
    { part: 'input', what: 'seeds[1]', was: '2', is: '3' },
    { part: 'input', what: 'seeds[2]', was: null, is: '4' },
    { part: 'input', what: 'window.to', was: '"b"', is: '"c"' },
  ]);
  expect(valueDifferences(1, 'x')).toEqual([{ what: '(all of it)', was: '1', is: '"x"' }]);
});

test('a sentence names a few of them, and cuts what is long', () => {
  expect(differencesText({ a: 1 }, { a: 1 })).toBeNull();
  expect(differencesText({ a: 1 }, { b: 'x'.repeat(99) })).toBe(
    `a was 1 and is absent, b was absent and is "${'x'.repeat(59)}…`,
  );
  expect(differencesText([1, 2, 3, 4, 5], [])).toMatch(/^\[0\] was 1 .*, \[2\] was 3 and is absent, and 2 more$/);
});

test('a table of names tells what came, went and changed, and nothing else', () => {
  const was = { 'a.ts': '1', 'b.ts': '2', 'c.ts': '3' };
  const is = { 'a.ts': '1', 'b.ts': '9', 'd.ts': '4' };
  expect(namedDifferences('code', was, is, 'file ')).toEqual([
    { part: 'code', what: 'file b.ts', was: '2', is: '9' },
    { part: 'code', what: 'file c.ts', was: '3', is: null },
    { part: 'code', what: 'file d.ts', was: null, is: '4' },
  ]);
});
