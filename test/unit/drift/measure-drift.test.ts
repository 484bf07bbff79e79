// Danger: a value that is no value (null, NaN, an infinity) is compared as one, or a column that cannot be compared is
// compared as something else.
import { countSamples, measureDrift } from '../../../activities/monitor/drift/measure-drift';
import { bench, refused } from '../data/parquet';

const { write } = bench();

const files = async (): Promise<string[]> => [
  await write(
    'rows.parquet',
    `SELECT i, CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN 'nan' WHEN 2 THEN 'inf' WHEN 3 THEN '-inf' ELSE '1.5' END::DOUBLE AS number,
            CASE WHEN i % 2 = 0 THEN 'x' END AS text, i % 4 = 0 AS flag, (i % 3)::UTINYINT AS code,
            TIMESTAMP '2026-01-01' + to_hours(i) AS seen
     FROM range(10) r(i)`,
  ),
];

test('null, NaN and infinities are missing; booleans and texts are categories; codes are what they are asked for', async () => {
  const [sample] = await countSamples(
    [{ files: await files() }],
    ['number', 'text', 'flag', 'code', { name: 'as text', expression: 'code', kind: 'category' }],
  );
  const told = [...(sample ?? [])].map(([name, { kind, values, missing }]) => {
    const sorted = [...values].sort((a, b) => (a.value < b.value ? -1 : 1)).map(({ value, rows }) => [value, rows]);
    return [name, kind, sorted, missing];
  });
  expect(told).toEqual([
    ['number', 'number', [[1.5, 2]], 8],
    ['text', 'category', [['x', 5]], 5],
    [
      'flag',
      'category',
      [
        ['false', 7],
        ['true', 3],
      ],
      0,
    ],
    [
      'code',
      'number',
      [
        [0, 4],
        [1, 3],
        [2, 3],
      ],
      0,
    ],
    [
      'as text',
      'category',
      [
        ['0', 4],
        ['1', 3],
        ['2', 3],
      ],
      0,
    ],
  ]);
});

test('samples are the rows that meet their conditions, of one file or of several', async () => {
  const [all] = [await files()];
  const { columns } = await measureDrift({
    reference: { files: all, where: 'i < 4 OR i = 9' },
    current: {
      files: [...all, await write('more.parquet', 'SELECT 0::UTINYINT AS code, 5 AS i FROM range(7)')],
      where: 'i >= 5',
    },
    columns: ['code'],
  });
  expect(columns['code']?.rows).toEqual({ reference: 5, current: 12 });
});

test('an instant is refused until an expression makes a number of it', async () => {
  const sample = { files: await files() };
  await refused(countSamples([sample], ['seen']), 'PER_DATA_045', "'seen' is a TIMESTAMP");
  const [counts] = await countSamples([sample], [{ name: 'hour', expression: 'hour(seen)' }]);
  expect(counts?.get('hour')?.values).toHaveLength(10);
});

test('a column that is asked for twice is refused by name, and one that is not there is told', async () => {
  const sample = { files: await files() };
  await refused(countSamples([sample], ['text', 'text']), 'PER_DATA_015', "'text'");
  await refused(countSamples([sample], ['nowhere']), 'PER_DATA_011', 'nowhere');
});

test('a file that was not named cannot be read by an expression', async () => {
  const sample = { files: await files() };
  const other = await write('other.parquet', 'SELECT 1 AS secret');
  const expression = `(SELECT max(secret) FROM read_parquet('${other}'))`;
  await refused(countSamples([sample], [{ name: 'stolen', expression }]), 'PER_DATA_011', 'ermission');
});

test('what is missing is missing on a grid too, and in no cell', async () => {
  const path = await write('grid.parquet', 'SELECT CASE WHEN i % 2 = 0 THEN i END::DOUBLE AS n FROM range(100) r(i)');
  const [sample] = await countSamples([{ files: [path] }], [{ name: 'n', grid: 10 }]);
  const counts = sample?.get('n');
  expect(counts?.missing).toBe(50);
  expect(counts?.values.map(({ rows }) => rows)).toEqual(Array.from({ length: 10 }, () => 5));
});
