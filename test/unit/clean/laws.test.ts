// Danger: cleaning loses or makes rows, or the same rows come out as other bytes on another number of threads.
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { cleanRows } from '../../../activities/clean/clean-rows';
import { CleaningRule } from '../../../steps/cleaning-rules';
import { bench } from '../data/parquet';

const { work, write, read } = bench();

/** Dirty rows of every type, the same for a seed. */
const rows = (seed: number, count: number): string => `
  SELECT i AS id, CASE WHEN (i * 7 + ${seed}) % 11 = 0 THEN NULL ELSE (i * 31 + ${seed}) % 97 END AS n,
    CASE WHEN (i + ${seed}) % 13 = 0 THEN 'nan'::DOUBLE ELSE sin(i + ${seed}) * power(10, i % 6) END AS x,
    CASE (i + ${seed}) % 5 WHEN 0 THEN ' ' || i WHEN 1 THEN 'x' WHEN 2 THEN NULL ELSE i::VARCHAR END AS t,
    TIMESTAMP '2001-01-01' + to_minutes((i * 17 + ${seed}) % 500) AS at, (i + ${seed}) % 4 AS k
  FROM range(${count}) r(i)`;

const RULES: z.input<typeof CleaningRule>[] = [
  { kind: 'trim', name: 'trimmed', columns: ['t'] },
  { kind: 'replace', name: 'replaced', columns: ['t'], pattern: '^([0-9])', with: '\\1\\1' },
  { kind: 'parse', name: 'unreadable', column: 't', as: 'integer', onFailure: 'quarantine' },
  { kind: 'impute', name: 'mean', column: 'x', with: 'mean' },
  { kind: 'impute', name: 'mode', column: 'n', with: 'mode' },
  { kind: 'clip', name: 'capped', column: 'x', min: { quantile: 0.01 }, max: { quantile: 0.9 } },
  { kind: 'forward-fill', name: 'carried', column: 'n', by: ['k'], time: 'at' },
  { kind: 'outliers', name: 'far', column: 'n', by: ['k'], factor: 0.2, action: 'quarantine' },
  { kind: 'repair', name: 'mended', column: 'n', where: 'n > 90', to: '90' },
  { kind: 'map', name: 'mapped', column: 'k', values: { 1: 0 } },
];

const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

test('whatever the rules: rows in = clean + quarantined + duplicates, and the same bytes on two threads and on three', async () => {
  const drawn = fc.record({
    rules: fc.subarray(RULES, { minLength: 1 }),
    seed: fc.integer({ min: 0, max: 1_000 }),
    count: fc.integer({ min: 0, max: 400 }),
    keep: fc.constantFrom('first' as const, 'last' as const),
  });
  await fc.assert(
    fc.asyncProperty(drawn, async ({ rules, seed, count, keep }) => {
      const path = await write('rows.parquet', rows(seed, count));
      const parsed = rules.map((rule) => CleaningRule.parse(rule));
      const options = { path, rules: parsed, quarantine: [], uniqueBy: ['n', 'k'], keep, by: 'at' };
      const made = [];
      for (const threads of [2, 3]) {
        const { clean, quarantine, duplicates, rowsIn, rules: told } = await cleanRows({ ...work, threads }, options);
        expect(clean.rows + quarantine.rows + duplicates).toBe(rowsIn);
        expect(rowsIn).toBe(count);
        made.push([digest(clean.path), digest(quarantine.path), told]);
      }
      expect(made[1]).toEqual(made[0]);
    }),
    { numRuns: 12, seed: 7 },
  );
}, 120_000);

test.each([
  ['first', undefined, ['a', 'c']],
  ['last', undefined, ['b', 'd']],
  // In time; of two at one instant the one that comes first or last in the file, and never one without an instant.
  ['first', 'at', ['b', 'c']],
  ['last', 'at', ['a', 'd']],
] as const)('of rows that are the same the %s stays, by %s', async (keep, by, stay) => {
  const path = await write(
    'same.parquet',
    `SELECT * FROM (VALUES ('a', 1, TIMESTAMP '2001-01-03'), ('b', 1, '2001-01-02'), ('c', 2, '2001-01-01'), ('d', 2, '2001-01-01'))
       t(name, k, "at") UNION ALL SELECT 'e', 1, NULL WHERE ${by === undefined ? 'false' : 'true'}`,
  );
  const how = by === undefined ? { keep } : { keep, by };
  const { clean, duplicates } = await cleanRows(work, { path, rules: [], quarantine: [], uniqueBy: ['k'], ...how });
  const left = z.array(z.object({ name: z.string() })).parse(await read(clean.path));
  expect(left.map(({ name }) => name)).toEqual(stay);
  expect(duplicates).toBe(by === undefined ? 2 : 3);
});

test('the same bytes come out on two threads, three and eight, and where one is asked for, over several row groups', async () => {
  const path = await write(
    'large.parquet',
    `SELECT i % 299000 AS id, hash(i) % 97 AS n, 'text ' || (i % 5) AS t FROM range(300000) r(i)`,
  );
  const digests: string[] = [];
  for (const threads of [2, 1, 3, 8]) {
    const cleaned = await cleanRows(
      { ...work, threads },
      { path, quarantine: [{ kind: 'outside', reason: 'low', column: 'n', min: 20 }], uniqueBy: ['id'] },
    );
    expect(cleaned.duplicates).toBeGreaterThan(0);
    for (const { path: written } of [cleaned.clean, cleaned.quarantine]) {
      digests.push(createHash('sha256').update(readFileSync(written)).digest('hex'));
    }
  }
  // With one thread DuckDB would cut filtered rows into other row groups: whoever asks for one gets two.
  const [clean, quarantine] = digests;
  expect(digests).toEqual([1, 2, 3, 4].flatMap(() => [clean, quarantine]));
});
