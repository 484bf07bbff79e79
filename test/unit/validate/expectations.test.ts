// Danger: an expectation holds of data that breaks it, at its bound above all, or breaks on data that keeps it.
import { judgeExpectations, type Outcome } from '../../../activities/validate/judge-expectations';
import { Expectation } from '../../../steps/expectations';
import { z } from 'zod';
import { bench, refused } from '../data/parquet';

const { work, writeRows } = bench();

const columns = { id: 'BIGINT', n: 'INTEGER', x: 'DOUBLE', t: 'VARCHAR', u: 'VARCHAR', at: 'TIMESTAMP', ok: 'BOOLEAN' };
const rows = [
  { id: 1, n: 10, x: 0.5, t: 'AB', u: 'CD', at: '2001-01-01', ok: true },
  { id: 2, n: 20, x: 1.5, t: 'ABC', u: 'AB', at: '2001-01-31 23:59:59.999', ok: false },
  { id: 3, n: 30, x: 'NaN', t: 'XY', u: 'XY', at: '2001-01-15', ok: true },
  { id: 3, n: null, x: null, t: null, u: 'ZZ', at: null, ok: null },
];

async function judge(...given: z.input<typeof Expectation>[]): Promise<Outcome[]> {
  const path = await writeRows('rows.parquet', columns, rows);
  return judgeExpectations(work, { path, expectations: z.array(Expectation).parse(given) });
}

type Case = readonly [z.input<typeof Expectation>, boolean, Outcome['observed'], number | null];
const january = { from: '2001-01-01T00:00:00.000Z', to: '2001-02-01T00:00:00.000Z' };

const cases: Case[] = [
  [{ kind: 'row-count', min: 4, max: 4 }, true, 4, null],
  [{ kind: 'row-count', min: 5 }, false, 4, null],
  [{ kind: 'row-count', max: 3 }, false, 4, null],
  [{ kind: 'type', column: 'n', is: 'integer' }, true, 'integer', null],
  [{ kind: 'type', column: 'n', is: 'number' }, false, 'integer', null],
  [{ kind: 'type', column: 'at', is: 'timestamp' }, true, 'timestamp', null],
  [{ kind: 'not-null', column: 'u' }, true, 0, 0],
  [{ kind: 'not-null', column: 'n' }, false, 0.25, 1],
  [{ kind: 'not-null', column: 'n', maxShare: 0.25 }, true, 0.25, 1],
  // NaN is no value.
  [{ kind: 'not-null', column: 'x', maxShare: 0.49 }, false, 0.5, 2],
  [{ kind: 'unique', columns: ['id'] }, false, 3, 1],
  [{ kind: 'unique', columns: ['id', 'n'] }, true, 4, 0],
  [{ kind: 'unique', columns: ['n'] }, true, 4, 0],
  [{ kind: 'range', column: 'n', min: 10, max: 30 }, true, '10.0 to 30.0', 0],
  [{ kind: 'range', column: 'n', min: 10.01 }, false, '10.0 to 30.0', 1],
  [{ kind: 'range', column: 'n', max: 29.99 }, false, '10.0 to 30.0', 1],
  // NaN lies in no range.
  [{ kind: 'range', column: 'x', min: 0 }, false, '0.5 to nan', 1],
  [{ kind: 'time-range', column: 'at', ...january }, true, '2001-01-01T00:00:00.000Z to 2001-01-31T23:59:59.999Z', 0],
  [
    { kind: 'time-range', column: 'at', from: january.from, to: '2001-01-31T23:59:59.999Z' },
    false,
    '2001-01-01T00:00:00.000Z to 2001-01-31T23:59:59.999Z',
    1,
  ],
  [{ kind: 'in-set', column: 't', values: ['AB', 'ABC', 'XY'] }, true, null, 0],
  [{ kind: 'in-set', column: 't', values: ['AB', 'ab'] }, false, 'ABC', 2],
  [{ kind: 'in-set', column: 'n', values: ['10', '20', '30'] }, true, null, 0],
  [{ kind: 'regex', column: 't', pattern: '^[A-Z]+$' }, true, null, 0],
  [{ kind: 'regex', column: 't', pattern: '^[A-Z]{2}$' }, false, 'ABC', 1],
  [{ kind: 'length', column: 't', min: 2, max: 3 }, true, '2 to 3', 0],
  [{ kind: 'length', column: 't', min: 3 }, false, '2 to 3', 2],
  [{ kind: 'length', column: 't', max: 2 }, false, '2 to 3', 1],
  [{ kind: 'mean', column: 'n', min: 20, max: 20 }, true, 20, null],
  [{ kind: 'mean', column: 'n', min: 20.001 }, false, 20, null],
  [{ kind: 'distinct-count', column: 'id', min: 3, max: 3 }, true, 3, null],
  [{ kind: 'distinct-count', column: 'id', min: 4 }, false, 3, null],
  [{ kind: 'class-balance', column: 'n', atLeast: 30, minShare: 0.33, maxShare: 0.34 }, true, 1 / 3, null],
  [{ kind: 'class-balance', column: 'n', atLeast: 31, minShare: 0.01, maxShare: 1 }, false, 0, null],
  // The bound itself belongs to the positives; NaN to nothing.
  [{ kind: 'class-balance', column: 'x', atLeast: 1.5, minShare: 0.5, maxShare: 0.5 }, true, 0.5, null],
  [{ kind: 'columns-differ', left: 't', right: 'u' }, false, 'XY', 1],
  [{ kind: 'columns-differ', left: 'id', right: 'n' }, true, null, 0],
];

test('figures and rows that break are as each kind says', async () => {
  const results = await judge(...cases.map(([expectation]) => expectation));
  const seen = cases.map(([expectation], i) => {
    const { passed, observed, violations } = results[i] ?? {};
    return [expectation, passed, observed, violations];
  });
  expect(seen).toEqual(cases.map((c) => [...c]));
});

test('no rows break nothing that is about rows, and everything that needs a figure', async () => {
  const path = await writeRows('none.parquet', columns, []);
  const expectations = z.array(Expectation).parse([
    { kind: 'not-null', column: 'n' },
    { kind: 'range', column: 'n', min: 0 },
    { kind: 'unique', columns: ['id'] },
    { kind: 'mean', column: 'n', min: 0 },
    { kind: 'class-balance', column: 'n', atLeast: 1, minShare: 0, maxShare: 1 },
    { kind: 'row-count', min: 1 },
  ]);
  const results = await judgeExpectations(work, { path, expectations });
  expect(results.map((r) => r.passed)).toEqual([true, true, true, false, false, false]);
});

test('one class only breaks the balance and is told as a share', async () => {
  const path = await writeRows('one-class.parquet', columns, [{ n: 1 }, { n: 2 }]);
  const expectations = [
    Expectation.parse({ kind: 'class-balance', column: 'n', atLeast: 15, minShare: 0.01, maxShare: 0.99 }),
  ];
  expect(await judgeExpectations(work, { path, expectations })).toMatchObject([{ passed: false, observed: 0 }]);
});

test('what cannot be judged is refused by name', async () => {
  await refused(judge({ kind: 'range', column: 'gone', min: 0 }), 'PER_DATA_003', "'gone'");
  await refused(judge({ kind: 'range', column: 't', min: 0 }), 'PER_DATA_012', "'t'", 'VARCHAR');
  await refused(judge({ kind: 'mean', column: 'at' }), 'PER_DATA_012', "'at'");
  await refused(judge({ kind: 'columns-differ', left: 't', right: 'n' }), 'PER_DATA_012', "'t'", "'n'");
  await refused(judge({ kind: 'regex', column: 't', pattern: '(?=x)' }), 'PER_DATA_009', '(?=x)');
});
