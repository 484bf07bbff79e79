// Danger: the same rows have two digests, because a writer chose another order, row group size or codec, or because threads meet them
// in another order; or rows that are there twice are overlooked.
import { join } from 'node:path';
import fc from 'fast-check';
import { z } from 'zod';
import { type Duckdb, withDuckdb } from '../../../activities/data/duckdb';
import { rowsDigest } from '../../../activities/data/rows-digest';
import { columnsOf } from '../../../activities/data/schema';
import { bench } from './parquet';

jest.setTimeout(60_000);

const { work } = bench();
const CODECS = ['snappy', 'zstd', 'gzip', 'uncompressed'] as const;
/** DuckDB cuts row groups at its vectors of 2,048 rows. */
const SIZES = [2_048, 4_096, 122_880] as const;
const Layout = z.object({ codecs: z.array(z.string()), groups: z.int() });

/** Rows of every type that a data set has, with nulls, odd numbers, odd texts, and rows that are there several times. */
const rowsOf = (count: number, seed: number): string => `
  SELECT CASE WHEN d % 11 = 0 THEN NULL ELSE d % 400 END AS whole,
         CASE d % 23 WHEN 0 THEN 'NaN'::DOUBLE WHEN 1 THEN 'inf'::DOUBLE WHEN 2 THEN '-inf'::DOUBLE WHEN 3 THEN NULL ELSE (d % 1000) / 7.0 END AS number,
         CASE d % 13 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN '-' WHEN 3 THEN '🛫' || chr(0) ELSE 't' || (d % 50) END AS text,
         d % 3 = 0 AS flag,
         CASE WHEN d % 17 = 0 THEN NULL ELSE TIMESTAMP '1969-12-31 23:00:00' + to_microseconds(d % 9999999999) END AS "at"
  FROM (SELECT (hash(i // 2 + ${seed}) % 1000003)::BIGINT AS d FROM range(${count}) r(i))`;

interface Written {
  readonly rows: string;
  readonly shuffle: number;
  readonly codec: (typeof CODECS)[number];
  readonly size: (typeof SIZES)[number];
}

/** The digest of rows written so, and how the file really is. */
async function written(duck: Duckdb, name: string, { rows, shuffle, codec, size }: Written) {
  const path = join(work.scratch, name);
  await duck.run(
    `COPY (SELECT * FROM (${rows}) ORDER BY hash(whole, number, text, flag, "at", ${shuffle})) TO $path
     (FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE ${size})`,
    { path },
  );
  const layout = await duck.row(
    Layout,
    `SELECT coalesce(list(DISTINCT compression), []) AS codecs, count(DISTINCT row_group_id) AS groups FROM parquet_metadata($path)`,
    { path },
  );
  return { digest: await rowsDigest(duck, path, await columnsOf(duck, path)), ...layout };
}

const shape = fc.record({
  count: fc.integer({ min: 1, max: 9_000 }),
  seed: fc.nat(1_000_000),
  shuffle: fc.nat(1_000_000),
  size: fc.constantFrom(...SIZES),
  twice: fc.nat(),
});

test.each(CODECS)(
  'shuffled, in row groups of any size, as %s: the same digest; a row twice: another',
  async (codec) => {
    const [groups, seen] = [new Set<number>(), new Set<string>()];
    await withDuckdb({ ...work, threads: 2, reads: [] }, (duck) =>
      fc.assert(
        fc.asyncProperty(shape, async ({ count, seed, shuffle, size, twice }) => {
          const rows = rowsOf(count, seed);
          const plain = await written(duck, 'plain', { rows, shuffle: 0, codec: 'zstd', size: 122_880 });
          const other = await written(duck, 'other', { rows, shuffle, codec, size });
          expect(other.digest).toBe(plain.digest);
          for (const name of other.codecs) seen.add(name);
          groups.add(other.groups);
          const doubled = `(${rows}) UNION ALL (SELECT * FROM (${rows}) LIMIT 1 OFFSET ${twice % count})`;
          expect((await written(duck, 'doubled', { rows: doubled, shuffle, codec, size })).digest).not.toBe(
            plain.digest,
          );
        }),
        { numRuns: 8, examples: [[{ count: 9_000, seed: 1, shuffle: 5, size: 2_048, twice: 7 }]] },
      ),
    );
    // The files were what they are called, and had one row group and several.
    expect([...seen]).toEqual([codec.toUpperCase()]);
    expect(Math.max(...groups)).toBeGreaterThan(2);
  },
);
