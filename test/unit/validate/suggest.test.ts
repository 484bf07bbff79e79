// Danger: a proposed suite that the very data breaks which it was proposed from, or that other data cannot break.
import { runInNewContext } from 'node:vm';
import { transformSync } from '@swc/core';
import { withDuckdb } from '../../../activities/data/duckdb';
import { profileOf } from '../../../activities/data/profile';
import { columnsOf } from '../../../activities/data/schema';
import { judgeExpectations } from '../../../activities/validate/judge-expectations';
import { type DescribedDataset, suggestExpectations, suiteText } from '../../../activities/validate/suggest';
import { bench } from '../data/parquet';

const { work, write } = bench();

const SELECT = `SELECT i AS id, i % 50 - 10 AS n, sin(i) AS x, CASE WHEN i % 9 = 0 THEN NULL ELSE 'it''s ' || (i % 3) END AS t,
  'key-' || i AS k, 'word-' || (i % 40) AS w, NULL::DOUBLE AS none, TIMESTAMP '2001-01-01' + to_minutes(i) AS at, i % 2 = 0 AS ok
  FROM range(500) t(i)`;

async function described(path: string): Promise<DescribedDataset> {
  return withDuckdb({ ...work, reads: [path] }, async (duck) => {
    const columns = await columnsOf(duck, path);
    const { rows, columns: profile } = await profileOf(duck, path, columns);
    return { rows, profile, schema: { columns: columns.map(({ name, type }) => ({ name, type })) } };
  });
}

test('what is proposed holds of the data, and is broken by data that has changed', async () => {
  const path = await write('seen.parquet', SELECT);
  const expectations = suggestExpectations(await described(path));
  const broken = async (of: string): Promise<string[]> => {
    const outcomes = await judgeExpectations(work, { path: of, expectations });
    return outcomes.flatMap((outcome, i) => (outcome.passed ? [] : [expectations[i]?.kind ?? '']));
  };
  expect(await broken(path)).toEqual([]);
  const changed = await write(
    'changed.parquet',
    `SELECT * REPLACE (1 AS id, n * 4 AS n, NULL::DOUBLE AS x, 'new' AS t, 'word' AS w) FROM (${SELECT}) LIMIT 100`,
  );
  expect(await broken(changed)).toEqual([
    'row-count',
    'unique',
    'range',
    'mean',
    'not-null',
    'mean',
    'in-set',
    'distinct-count',
  ]);
});

test('of a few rows only the columns and their types are proposed', async () => {
  const path = await write('few.parquet', `${SELECT} LIMIT 10`);
  const kinds = new Set(suggestExpectations(await described(path)).map(({ kind }) => kind));
  expect([...kinds]).toEqual(['columns', 'row-count', 'type']);
});

test('the file that is proposed is TypeScript, whatever stands in the data', () => {
  const expectations = suggestExpectations({
    rows: 200,
    schema: { columns: [{ name: "o'clock\n", type: 'text' }] },
    profile: {
      "o'clock\n": {
        nulls: 0,
        distinct: 1,
        min: null,
        max: null,
        mean: null,
        deciles: null,
        top: [{ value: '"\\\'', rows: 200 }],
      },
    },
  });
  const code = suiteText('ab'.repeat(32), expectations);
  const script = transformSync(code, { jsc: { parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }).code;
  const exports: { expectations?: unknown } = {};
  runInNewContext(script, { exports });
  expect(JSON.parse(JSON.stringify(exports.expectations))).toEqual(expectations);
});
