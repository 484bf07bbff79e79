import { implement } from '../../core';
import { perennialError } from '../../core/errors';
import { Report } from '../../steps/types';
import { expectationsIn, type Used, versionOf } from '../../steps/suites';
import { type ExpectationResult, validate } from '../../steps/validate';
import { type SuiteUse, recordSuiteUse } from '../../store/suites';
import { insertEdge } from '../../store/lineage';
import { withScratch } from '../data/scratch';
import type { EngineContext } from '../run-step/context';
import { judgeExpectations } from './judge-expectations';
import { renderReport } from './report';

/** Code of the step `validate`. */
export const validateSteps = implement(
  { validate },
  {
    validate({ dataset, expectations, against = {} }, ctx: EngineContext) {
      return withScratch(async (scratch) => {
        const path = await ctx.artifacts.pathOf(dataset);
        ctx.progress({ doing: 'validating', expectations: expectations.length });
        const others: [string, string][] = [];
        for (const [name, other] of Object.entries(against)) others.push([name, await ctx.artifacts.pathOf(other)]);
        const each = expectationsIn(expectations);
        const options = {
          path,
          expectations: each.map(({ expectation }) => expectation),
          against: Object.fromEntries(others),
        };
        const judged = await judgeExpectations({ scratch, signal: ctx.signal }, options);
        const outcomes = judged.map((outcome, i) => ({ ...outcome, suite: each[i]?.suite ?? null }));
        const results = outcomes.map(({ suite, ...outcome }): ExpectationResult => {
          const rows = outcome.rows.map(({ row }) => row);
          return { ...outcome, rows, ...(suite !== null && { suite }) };
        });
        const suites = expectations.flatMap((one) => (one.kind === 'suite' ? [versionOf(one)] : []));
        // Stored before anything is thrown: a failed validation leaves its report behind.
        const page = Buffer.from(renderReport(dataset, outcomes, suites));
        const report = Report.parse(await ctx.artifacts.putBytes(page, 'report'));
        const { run, address } = ctx;
        const uses = usesOf(suites, results).map((use) => ({ ...use, dataset, run, address, report }));
        const isRefused = brokenIn(results).length > 0;
        // Who was refused is told, too: outside the commit that will not be. A second telling changes nothing.
        if (isRefused) for (const use of uses) await recordSuiteUse(ctx.db, use);
        refuseBroken(dataset, results, report);
        for (const use of uses) ctx.inCommit((tx) => recordSuiteUse(tx, use));
        ctx.inCommit((tx) => insertEdge(tx, { child: report, parent: dataset, relation: 'report-of', run, address }));
        return { dataset, results, warnings: results.filter((r) => !r.passed).length, suites, report };
      });
    },
  },
);

/** What each suite came to. */
function usesOf(
  suites: readonly Used[],
  results: readonly ExpectationResult[],
): Pick<SuiteUse, 'name' | 'digest' | 'kind' | 'members' | 'broken'>[] {
  return suites.map((used) => {
    const own = results.filter(({ suite }) => suite === used.name);
    return { ...used, kind: 'suite', members: own.length, broken: own.filter(({ passed }) => !passed).length };
  });
}

function brokenIn(results: readonly ExpectationResult[]): ExpectationResult[] {
  return results.filter((r) => !r.passed && r.severity === 'fail');
}

/** Named in a message; the report has them all. */
const NAMED = 12;

function refuseBroken(dataset: string, results: readonly ExpectationResult[], report: string): void {
  const broken = brokenIn(results);
  if (broken.length === 0) return;
  const named = broken.slice(0, NAMED).map((r) => {
    const rows = r.violations === null ? '' : `, ${r.violations} rows break it`;
    return `${r.expectation} (observed ${String(r.observed).slice(0, 60)}${rows})`;
  });
  const more = broken.length > NAMED ? `; and ${broken.length - NAMED} more` : '';
  throw perennialError(
    'PER_DATA_007',
    `Data set ${dataset.slice(0, 12)} breaks ${broken.length} of ${results.length} expectations: ` +
      `${named.join('; ')}${more}. Report: ${report}.`,
  );
}
