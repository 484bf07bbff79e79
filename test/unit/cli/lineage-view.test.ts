// Danger: a graph in which two paths meet is drawn for ever, or a branch is lost; a removed artifact reads like a source.
import { lineageText } from '../../../cli/views/lineage-view';

const digest = (digit: string): string => digit.repeat(64);
const edge = (child: string, parent: string) => ({
  child: digest(child),
  parent: digest(parent),
  relation: 'input',
  run: 'r',
  address: 'n',
});
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(12)) as [string, string, string, string];

test('what two paths lead to has its branch once, and is named twice', () => {
  const up = [edge('a', 'b'), edge('a', 'c'), edge('b', 'd'), edge('c', 'd'), edge('d', 'e')];
  const known = ['a', 'b', 'c', 'd'].map((digit) => ({
    digest: digest(digit),
    kind: 'dataset',
    rows: 3,
    versions: [],
  }));
  const text = lineageText({ of: digest('a'), digest: digest('a'), up, down: [], known, cut: false });
  expect(text.split('\n').map((line) => line.replace(/ \[.*?\]/, ''))).toEqual([
    `${a} (dataset, 3 rows)`,
    'made from:',
    `  ${b} (dataset, 3 rows) `,
    `    ${d} (dataset, 3 rows) `,
    `      ${'e'.repeat(12)} (removed) `,
    `  ${c} (dataset, 3 rows) `,
    `    ${d} (dataset, 3 rows)   (see above)`,
    'made into:',
    '  nothing',
  ]);
});

test('a circle ends', () => {
  const up = [edge('a', 'b'), edge('b', 'a')];
  const text = lineageText({ of: 'm v1', digest: digest('a'), up, down: [], known: [], cut: true });
  expect(text.split('\n')).toHaveLength(7);
  expect(text).toContain('There is more');
});
