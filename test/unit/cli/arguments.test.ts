/**
 * Danger: a config or rows that are not what the person typed: a number taken as text, a nested key that replaces its
 * whole object, a file that cannot be read and counts as empty.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Limit, Moment } from '../../../cli/arguments/fields';
import { jsonOrFile } from '../../../cli/arguments/json-or-file';
import { predictionRows } from '../../../cli/arguments/prediction-rows';
import { runConfig } from '../../../cli/arguments/run-config';

const folder = mkdtempSync(join(tmpdir(), 'perennial-arguments-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return `@${path}`;
}

describe('jsonOrFile', () => {
  test('takes JSON, and a file that holds it', () => {
    expect(jsonOrFile('--config', '{"a":[1,null]}')).toEqual({ a: [1, null] });
    expect(jsonOrFile('--config', file('a.json', '{"a":1}'))).toEqual({ a: 1 });
  });

  test.each([
    ['{a:1}', /PER_STACK_011.*--config: not JSON/],
    ['@/nowhere/x.json', /--config: \/nowhere\/x\.json cannot be read/],
  ])('%s is refused, naming the option', (given, message) => {
    expect(() => jsonOrFile('--config', given)).toThrow(message);
  });

  test('a broken file is named', () => {
    expect(() => jsonOrFile('--rows', file('broken.json', '{'))).toThrow(/broken\.json/);
  });
});

describe('runConfig', () => {
  test('nothing given is the empty config: the contract fills in its defaults', () => {
    expect(runConfig([], [])).toEqual({});
  });

  test('--set takes JSON where it is JSON, text otherwise, and the last one wins', () => {
    expect(runConfig(['{"n":1}'], ['n=2', 'n=3', 'table=events', 'on=true', 'at=@x', 'empty='])).toEqual({
      n: 3,
      table: 'events',
      on: true,
      at: '@x',
      empty: '',
    });
  });

  test('--set reaches into an object and leaves its other keys', () => {
    expect(runConfig(['{"split":{"share":0.1,"seed":1}}'], ['split.share=0.2'])).toEqual({
      split: { share: 0.2, seed: 1 },
    });
  });

  test('--config takes what --set does, beside JSON and a file, and the last one wins', () => {
    const given = [file('c.json', '{"a":1,"b":1}'), '{"b":2,"c":{"d":"x=y"}}', 'c.e=3', 'table=events'];
    expect(runConfig(given, ['a=5'])).toEqual({ a: 5, b: 2, c: { d: 'x=y', e: 3 }, table: 'events' });
    expect(() => runConfig(['events'], [])).toThrow('--config: not JSON');
    expect(() => runConfig(['a..b=1'], [])).toThrow("--config: 'a..b=1' is not of the form");
  });

  test('a key of the prototype is a key like any other', () => {
    const config = runConfig([], ['__proto__.polluted=1']);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(JSON.stringify(config)).toBe('{"__proto__":{"polluted":1}}');
    expect(JSON.stringify(runConfig([], ['a={"__proto__":1}']))).toBe('{"a":{"__proto__":1}}');
  });

  test.each(['n', '=1', '.a=1', 'a..b=1'])('--set %s is refused', (set) => {
    expect(() => runConfig([], [set])).toThrow(/--set: '.*' is not of the form/);
  });

  test.each(['[1]', '"text"', 'null'])('--config %s is refused: a config is an object', (config) => {
    expect(() => runConfig([config], [])).toThrow('a config is a JSON object');
  });

  test('law: what --set puts in is what comes out, whatever stood there', () => {
    const key = fc.stringMatching(/^[a-z]{1,4}$/);
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.jsonValue()),
        fc.array(key, { minLength: 1, maxLength: 3 }),
        fc.jsonValue(),
        (base, path, value) => {
          const made: unknown = runConfig([JSON.stringify(base)], [`${path.join('.')}=${JSON.stringify(value)}`]);
          const read = path.reduce<unknown>(
            (at, name) =>
              at !== null && typeof at === 'object' ? Object.entries(at).find(([k]) => k === name)?.[1] : undefined,
            made,
          );
          expect(JSON.stringify(read)).toBe(JSON.stringify(value));
        },
      ),
    );
  });
});

describe('predictionRows', () => {
  test('one object is one row', () => {
    expect(predictionRows('{"distance": 405}')).toEqual([{ distance: 405 }]);
  });

  test.each(['[]', '[1]', '"x"', '[[{}]]'])('%s is refused', (rows) => {
    expect(() => predictionRows(rows)).toThrow(/PER_STACK_011.*--rows/s);
  });
});

describe('fields', () => {
  test('a time with an offset is handed on in UTC, a date is its midnight', () => {
    expect(Moment.parse('2026-02-01T01:00:00+01:00')).toBe('2026-02-01T00:00:00.000Z');
    expect(Moment.parse('2026-02-01')).toBe('2026-02-01T00:00:00.000Z');
    expect(Moment.safeParse('yesterday').success).toBe(false);
  });

  test.each(['0', '1001', '1.5', 'many'])('--limit %s is refused', (limit) => {
    expect(Limit.safeParse(limit).success).toBe(false);
  });
});
