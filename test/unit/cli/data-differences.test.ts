// Danger: a difference between two data set versions that is not told, or one that is none.
import { type Compared, dataDifferences } from '../../../cli/data-differences';
import { dataDiffText } from '../../../cli/views/data-diff-text';

const figures = { nulls: 0, distinct: 3, min: 1, max: 9, mean: 4, deciles: null, top: null };
const base: Compared = {
  digest: 'a'.repeat(64),
  rowsDigest: 'r',
  rows: 100,
  timeFrom: '2001-01-01T00:00:00.000Z',
  timeTo: '2001-01-31T00:00:00.000Z',
  time: 'at',
  columns: [
    { name: 'n', type: 'integer', sql: 'BIGINT', figures },
    { name: 't', type: 'text', sql: 'VARCHAR', figures: { ...figures, top: [{ value: 'x', rows: 60 }] } },
  ],
};
const with_ = (change: Partial<Compared>): Compared => ({
  ...base,
  digest: 'b'.repeat(64),
  rowsDigest: 's',
  ...change,
});

test('the same bytes, and the same rows in another form, differ in nothing', () => {
  expect(dataDifferences(base, base)).toMatchObject({ same: 'bytes', rows: null, columns: [] });
  expect(dataDifferences(base, with_({ rowsDigest: 'r' }))).toMatchObject({ same: 'rows', columns: [] });
});

test('columns that came, went and changed, rows, times and figures are each told with both sides', () => {
  const [n, t] = base.columns;
  if (!n || !t) throw new Error('two columns');
  const columns = [
    { ...n, type: 'number', sql: 'DOUBLE', figures: { ...figures, mean: 5 } },
    { name: 'new', type: 'boolean', sql: 'BOOLEAN', figures: null },
  ];
  const b = with_({ columns, rows: 90, timeTo: '2001-02-01T00:00:00.000Z' });
  const found = dataDifferences(base, b);
  expect(found).toMatchObject({
    same: 'none',
    added: [{ name: 'new' }],
    gone: [{ name: 't' }],
    changed: [{ name: 'n' }],
    rows: { a: 100, b: 90 },
    timeFrom: null,
    timeTo: { a: base.timeTo, b: '2001-02-01T00:00:00.000Z' },
    columns: [{ name: 'n', figures: [{ figure: 'mean', a: 4, b: 5 }] }],
  });
  const text = dataDiffText(found, { a: base, b });
  for (const said of ['- column t', '+ column new', '~ column n', 'mean']) expect(text).toContain(said);
});

test('a frequent value that more or fewer rows have is told', () => {
  const [n, t] = base.columns;
  if (!n || !t) throw new Error('two columns');
  const top = [{ value: 'x', rows: 50 }];
  const found = dataDifferences(base, with_({ columns: [n, { ...t, figures: { ...figures, top } }] }));
  expect(found.columns).toMatchObject([{ name: 't', top: [{ value: 'x', a: 60, b: 50 }] }]);
});
