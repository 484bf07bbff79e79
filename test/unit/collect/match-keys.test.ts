/**
 * Danger: a pattern means another set of objects than the same pattern of files does, so that rows are left out or taken in
 * silence; one with many stars holds the worker up.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { listMatches } from '../../../activities/collect/list-matches';
import { isPattern, matcherOf, prefixOf } from '../../../activities/collect/s3/match-keys';

jest.setTimeout(60_000);
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'perennial-keys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keys = [
  'a.csv',
  'b.csv',
  'c.CSV',
  'a-b.csv',
  'ab',
  'in/a.csv',
  'in/b c.csv',
  'in/2001/01/a.csv',
  'in/2001/02/a.csv.gz',
  'in/2001/02/b.parquet',
  'in/x/in/a.csv',
  'é/ü 🙂.csv',
  'é/+%20.csv',
  'index/a.csv',
  'in(1)/a+b$.csv',
];

test.each([
  '*.csv',
  '?.csv',
  '[ab].csv',
  '[!a].csv',
  '[a-b].csv',
  'in/*',
  'in/*/*',
  'in/**',
  'in/**/a.csv',
  'in/**/*.csv',
  '**/a.csv',
  '**/*.csv*',
  'in*/a.csv',
  'in/200?/0[12]/a.csv*',
  '*/*.csv',
  'é/*',
  'é/*%20*',
  'in(1)/a+b$.*',
  'in/*/01/a.csv',
  '*a*b*.csv',
  '*',
  'nothing*',
])('%s matches the keys that it would match as files', async (pattern) => {
  for (const key of keys) {
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), '');
  }
  const files = (await listMatches(pattern, folder)).filter((path) => keys.includes(path));
  const matched = keys.filter(matcherOf(pattern));
  expect([...matched].sort()).toEqual([...files].sort());
  for (const key of matched) expect(key.startsWith(prefixOf(pattern))).toBe(true);
});

test('what has no letter of patterns is none, whatever else it has', () => {
  expect(['a/../b', '/a', 'a b+c%20(1)$.csv', '{a,b}'].filter(isPattern)).toEqual([]);
  expect(['a*', 'a?', '[a'].filter(isPattern)).toHaveLength(3);
});

test('slashes at the ends, dots and odd letters of keys are letters like others', () => {
  expect(['/a.csv', '//a.csv', 'a.csv'].filter(matcherOf('/*.csv'))).toEqual(['/a.csv']);
  expect(['a/../b.csv', 'b.csv'].filter(matcherOf('a/../*.csv'))).toEqual(['a/../b.csv']);
  expect(['a/../b.csv'].filter(matcherOf('a/*/b.csv'))).toEqual(['a/../b.csv']);
  expect(['in/', 'in'].filter(matcherOf('in/*'))).toEqual(['in/']);
  expect(['a\nb', 'a\tb'].filter(matcherOf('a?b'))).toHaveLength(2);
});

test('a letter is a letter, however many bytes it has; a dash at an end of brackets is one too', () => {
  expect(['é/ü 🙂.csv', 'é/üü 🙂.csv'].filter(matcherOf('é/? ?.csv'))).toEqual(['é/ü 🙂.csv']);
  expect(['a', '-', 'b'].filter(matcherOf('[a-]'))).toEqual(['a', '-']);
});

test('a bracket that is not closed is a letter', () => {
  expect(['[ab', 'a'].filter(matcherOf('[a*'))).toEqual(['[ab']);
});

test('a pattern of many stars takes no longer than its length times that of the key', () => {
  const matches = matcherOf(`${'*a'.repeat(200)}b`);
  expect(matches('a'.repeat(1_024))).toBe(false);
  expect(matches(`${'a'.repeat(1_023)}b`)).toBe(true);
});
