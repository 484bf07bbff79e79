import { z } from 'zod';
import type { Expectation, ExpectationResult } from '../../steps/validate';
import { checkPatterns } from '../data/check-patterns';
import { withDuckdb, type SqlValues } from '../data/duckdb';
import { columnsOf, type Column } from '../data/schema';
import type { Work } from '../data/work';
import { compileAboutAll } from './about-all';
import { compileAboutRows } from './about-rows';
import { type Compiled, Figure } from './judged';

/**
 * Judges all expectations of a Parquet file in one statement over one scan. Every figure is exact: approximate
 * counts of values were measured to be up to a fifth off.
 *
 * @throws PER_DATA_003 PER_DATA_009 PER_DATA_012
 */
export async function judgeExpectations(
  work: Work,
  options: { readonly path: string; readonly expectations: readonly Expectation[] },
): Promise<ExpectationResult[]> {
  const { path, expectations } = options;
  return withDuckdb({ ...work, reads: [path] }, async (duck) => {
    const columns = await columnsOf(duck, path);
    await checkPatterns(
      duck,
      expectations.flatMap((e) => (e.kind === 'regex' ? [e.pattern] : [])),
    );
    const compiled = expectations.map((expectation, index) => compile(expectation, columns, `e${index}`));

    const named = compiled.map(({ aggregates }, i) => aggregates.map((sql, k) => ({ name: `e${i}_${k}`, sql })));
    const list = named.flat().map(({ name, sql }) => `${sql} AS ${name}`);
    const values: SqlValues = Object.fromEntries([
      ['path', path],
      ...compiled.flatMap((one) => Object.entries(one.values)),
    ]);
    const figures = await duck.row(
      z.record(z.string(), Figure),
      `SELECT ${['1 AS one', ...list].join(', ')} FROM read_parquet($path)`,
      values,
    );

    return expectations.map((expectation, index): ExpectationResult => {
      const one = compiled[index];
      const given = (named[index] ?? []).map(({ name }) => figures[name] ?? null);
      const judged = one ? one.judge(given) : { passed: false, observed: null, violations: null };
      return { expectation: one?.text ?? expectation.kind, severity: expectation.severity, ...judged };
    });
  });
}

function compile(expectation: Expectation, columns: readonly Column[], key: string): Compiled {
  switch (expectation.kind) {
    case 'row-count':
    case 'type':
    case 'unique':
    case 'mean':
    case 'distinct-count':
    case 'class-balance':
      return compileAboutAll(expectation, columns, key);
    default:
      return compileAboutRows(expectation, columns, key);
  }
}
