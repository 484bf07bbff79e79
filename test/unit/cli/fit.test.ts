/**
 * Danger: on a terminal a table's lines run over and tear its columns apart; in a pipe they are cut, and a script loses what it
 * looks for; an id is broken, and cannot be copied.
 */
import stringWidth from 'string-width';
import { table } from '../../../cli/frame';
import { shortened } from '../../../cli/views/cut';
import { wrap } from '../../../cli/views/fit';

const id = (i: number) => `flight-delays-20260201T02000${i}-3f9a1c`;
const head = ['run', 'pipeline', 'status', 'model', 'parent', 'started', 'took', 'reason'];
const row = (i: number, reason: string | null) => [
  ...[id(i), 'flight-delays', 'failed', 'flight-delays', null, '2026-02-01T02:00:00.000Z', '12 min 05 s', reason],
];
const reason =
  "train: [PER_RUN_019] The step 'train' at 'per-seed[3]/train' took more than 7200000 ms. Raise its timeout.";
const rows = [row(1, reason), row(2, null)];
const lengths = (text: string) => text.split('\n').map((line) => line.length);
/** All that is said, in whichever order. */
const letters = (text: string) => Array.from(text.replace(/\s/g, '')).sort().join('');

test.each([80, 100, 120, 130])('keeps within %d columns, says all of it, and breaks no id', (width) => {
  const text = table(head, rows, width);
  expect(Math.max(...lengths(text))).toBeLessThanOrEqual(width);
  expect(text).toContain(id(1));
  expect(text).toContain(id(2));
  // A column that is empty may go.
  expect(letters(text)).toBe(letters([...head, ...rows.flat()].join(' ').replace('parent', '')));
});

test('what fits is not touched, and without a terminal nothing is', () => {
  expect(table(head, rows, 400).split('\n')).toEqual(
    table(head, rows)
      .split('\n')
      .map((line) => line.trimEnd()),
  );
  expect(Math.max(...lengths(table(head, rows)))).toBeGreaterThan(200);
  expect(table(head, rows).split('\n')).toHaveLength(3);
});

test('an id stands whole above its row, words of a language are wrapped in it, and what is indented stays so', () => {
  const nodes = [
    ['per-seed[13]/per-airport[250]/share-late', 'step share-late', 'completed', '12 min 03 s', `missed: ${reason}`],
  ];
  const stacked = table(['node', 'kind', 'status', 'took', 'cache'], nodes, 80).split('\n');
  expect(stacked).toContain('per-seed[13]/per-airport[250]/share-late');
  expect(stacked.find((line) => line.includes('completed'))).toMatch(
    /^step share-late +completed +12 min 03 s +missed: /,
  );
  const doctor = table(['check', '', 'found', 'fix'], [['step code of it', 'FAILED', reason, reason]], 80);
  expect(doctor).toMatch(/^step code of it +FAILED +train: /m);
  expect(wrap('    a b c d', 8)).toBe('    a b\n    c d');
  expect(wrap('  a b', 8)).toBe('  a b');
});

test('words that no terminal is wide enough for are broken where they part', () => {
  const path = `/srv/${'perennial/state/'.repeat(8)}postgres.log`;
  const text = table(['check', '', 'found', 'fix'], [['Postgres', 'FAILED', `see ${path}`, `Read ${path}.`]], 80);
  expect(Math.max(...lengths(text))).toBeLessThanOrEqual(80);
  const lines = wrap(path, 40).split('\n').slice(0, -1);
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.every((line) => line.endsWith('/') && line.length <= 40)).toBe(true);
  expect(wrap(path, 40).replaceAll('\n', '')).toBe(path);
});

test.each([
  ['of two columns each', '予測モデルの再学習が失敗しました'.repeat(4)],
  ['of several code points each', '👩‍🔬e\u0301🇩🇪'.repeat(30)],
])('characters %s do not make a line longer than the terminal, and none of them is broken', (_, message) => {
  const text = table(['run', 'pipeline', 'took', 'reason'], [[id(1), 'flight-delays', '2 min', message]], 80);
  expect(Math.max(...text.split('\n').map(stringWidth))).toBeLessThanOrEqual(80);
  const lines = wrap(message, 21).split('\n');
  expect(lines.length).toBeGreaterThan(1);
  expect(Math.max(...lines.map(stringWidth))).toBeLessThanOrEqual(21);
  expect(lines.join('')).toBe(message);
  const characters = [...new Intl.Segmenter().segment(message)].map(({ segment }) => segment);
  expect(lines.flatMap((line) => [...new Intl.Segmenter().segment(line)].map((each) => each.segment))).toEqual(
    characters,
  );
});

test.each([
  ['as it is', 20, 'as it is'],
  ['two lines\nof it', 20, 'two lines…'],
  ['cut after the last word that fits', 20, 'cut after the last…'],
  ['x'.repeat(30), 20, `${'x'.repeat(19)}…`],
])('%j in %d characters is %j', (text, longest, short) => {
  expect(shortened(text, longest)).toBe(short);
});
