// Danger: a value that JSON would change in silence (a date, a NaN, a map) passes for JSON, or one that is JSON is refused.
import fc from 'fast-check';
import { runInNewContext } from 'node:vm';
import { isJson } from '../../../core/plan/json';

test('whatever JSON text is read into is JSON, in whatever realm it was read', () => {
  fc.assert(
    fc.property(fc.json(), (text) => isJson(JSON.parse(text)) && isJson(runInNewContext('JSON.parse(text)', { text }))),
  );
});

class Point {
  constructor(protected readonly x = 1) {}
}

test.each([
  ['a date', new Date()],
  ['a map', new Map([['a', 1]])],
  ['an instance of a class', new Point()],
  ['no number', NaN],
  ['no finite number', Infinity],
  ['a function', () => 1],
  ['undefined', undefined],
  ['a big integer', 1n],
  ['bytes', new Uint8Array(2)],
])('%s is not JSON, nor is what holds it', (_, value) => {
  expect([isJson(value), isJson([value]), isJson({ deep: [{ value }] })]).toEqual([false, false, false]);
});
