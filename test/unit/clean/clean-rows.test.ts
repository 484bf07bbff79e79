// Danger: cleaning loses rows, doubles them, or keeps another one of two equals on another day.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { cleanRows } from '../../../activities/clean/clean-rows';
import type { QuarantineRule } from '../../../steps/clean';
import { bench, rejection } from '../data/parquet';

const { work, write, writeRows, read } = bench();

interface Row {
  readonly id: number;
  readonly key: number | null;
  readonly code: string | null;
  readonly value: number | null;
}
const columns = { id: 'BIGINT', key: 'BIGINT', code: 'VARCHAR', value: 'DOUBLE' };
const rules: QuarantineRule[] = [
  { kind: 'missing', reason: 'code_missing', column: 'code' },
  { kind: 'outside', reason: 'value_impossible', column: 'value', min: -5, max: 5 },
  { kind: 'not-matching', reason: 'code_malformed', column: 'code', pattern: '^[A-Z]$' },
  { kind: 'same-as', reason: 'key_is_id', column: 'key', other: 'id' },
];

/** The rules again, in the plainest words. */
function reasonOf(row: Row): string | null {
  if (row.code === null || row.code.trim() === '') return 'code_missing';
  if (row.value !== null && (row.value < -5 || row.value > 5)) return 'value_impossible';
  if (!/^[A-Z]$/.test(row.code)) return 'code_malformed';
  return row.key !== null && row.key === row.id ? 'key_is_id' : null;
}

const rows = fc
  .array(
    fc.record({
      key: fc.option(fc.integer({ min: 0, max: 4 })),
      code: fc.option(fc.constantFrom('A', 'B', 'a', '', '  ', 'ZZ')),
      value: fc.option(fc.constantFrom(-5.5, -5, 0, 0.1, 5, 5.000001)),
    }),
    { maxLength: 40 },
  )
  .map((list): Row[] => list.map((row, id) => ({ id, ...row })));

test('for any rows: each goes to its own part, in order, and the parts add up', async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (given) => {
      const path = await writeRows('any.parquet', columns, given);
      const got = await cleanRows(work, { path, quarantine: rules, uniqueBy: ['key', 'code'] });
      const judged = given.map((row) => ({ row, reason: reasonOf(row) }));
      const good = judged.filter((j) => j.reason === null).map((j) => j.row);
      const firsts = good.filter((row, i) => good.findIndex((r) => r.key === row.key && r.code === row.code) === i);
      const bad = judged.filter((j) => j.reason !== null);

      expect(await read(got.clean.path)).toEqual(firsts);
      expect(await read(got.quarantine.path)).toEqual(bad.map((j) => ({ ...j.row, quarantine_reason: j.reason })));
      expect(got.rowsIn).toBe(got.clean.rows + got.quarantine.rows + got.duplicates);
      const counted = (reason: string): number => bad.filter((j) => j.reason === reason).length;
      expect(got.reasons).toEqual(Object.fromEntries(rules.map((rule) => [rule.reason, counted(rule.reason)])));
    }),
    { numRuns: 15 },
  );
});

test('cleaning what is clean already changes no byte', async () => {
  const path = await write('dirty.parquet', 'SELECT i AS id, i % 900 AS key, i % 7 AS v FROM range(1000) r(i)');
  const quarantine: QuarantineRule[] = [{ kind: 'outside', reason: 'six', column: 'v', max: 5 }];
  const once = await cleanRows(work, { path, quarantine, uniqueBy: ['key'] });
  const first = readFileSync(once.clean.path);
  const again = await write('clean-once.parquet', `SELECT * FROM read_parquet('${once.clean.path}')`);
  const twice = await cleanRows(work, { path: again, quarantine, uniqueBy: ['key'] });
  expect(twice).toMatchObject({ duplicates: 0, quarantine: { rows: 0 } });
  expect(readFileSync(twice.clean.path).equals(first)).toBe(true);
});

test('NaN is missing for one rule and outside for the other; null is never outside', async () => {
  const path = await writeRows('nan.parquet', { v: 'DOUBLE' }, [{ v: 'NaN' }, { v: null }, { v: 1 }]);
  const outside = await cleanRows(work, {
    path,
    quarantine: [{ kind: 'outside', reason: 'low', column: 'v', min: 0 }],
    uniqueBy: null,
  });
  expect(outside).toMatchObject({ clean: { rows: 2 }, reasons: { low: 1 } });
  const missing = await cleanRows(work, {
    path,
    quarantine: [{ kind: 'missing', reason: 'none', column: 'v' }],
    uniqueBy: null,
  });
  expect(missing).toMatchObject({ clean: { rows: 1 }, reasons: { none: 2 } });
});

test('without rules and without a key every row is kept, equal ones too', async () => {
  const path = await writeRows('equal.parquet', { v: 'BIGINT' }, [{ v: 1 }, { v: 1 }]);
  expect(await cleanRows(work, { path, quarantine: [], uniqueBy: null })).toMatchObject({
    clean: { rows: 2 },
    duplicates: 0,
  });
});

test('no rows in, no rows out, and the columns stay', async () => {
  const path = await writeRows('none.parquet', columns, []);
  const got = await cleanRows(work, { path, quarantine: rules, uniqueBy: ['key'] });
  expect(got).toMatchObject({ rowsIn: 0, clean: { rows: 0 }, quarantine: { rows: 0 }, duplicates: 0 });
});

test.each<[string, QuarantineRule[], string[] | null]>([
  ['PER_DATA_003', [{ kind: 'missing', reason: 'gone', column: 'gone' }], null],
  ['PER_DATA_003', [], ['gone']],
  ['PER_DATA_009', [{ kind: 'not-matching', reason: 'bad', column: 'code', pattern: '(' }], null],
  ['PER_DATA_012', [{ kind: 'outside', reason: 'text', column: 'code', min: 0 }], null],
  ['PER_DATA_012', [{ kind: 'not-matching', reason: 'number', column: 'value', pattern: 'x' }], null],
  ['PER_DATA_012', [{ kind: 'same-as', reason: 'apples', column: 'code', other: 'value' }], null],
])('%s for rules %j and key %j', async (code, quarantine, uniqueBy) => {
  const path = await writeRows('bad-rules.parquet', columns, [{ id: 1 }]);
  expect(await rejection(cleanRows(work, { path, quarantine, uniqueBy }))).toMatchObject({ code, fault: 'user' });
});

test('a column that cleaning would hide is refused', async () => {
  const path = await write('clash.parquet', `SELECT 1 AS quarantine_reason`);
  expect(await rejection(cleanRows(work, { path, quarantine: [], uniqueBy: null }))).toMatchObject({
    code: 'PER_DATA_015',
  });
});
