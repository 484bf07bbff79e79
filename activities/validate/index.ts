import { implement } from '../../core';
import { perennialError } from '../../core/errors';
import { Report } from '../../steps/types';
import { type ExpectationResult, validate } from '../../steps/validate';
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
        const options = { path, expectations, against: Object.fromEntries(others) };
        const outcomes = await judgeExpectations({ scratch, signal: ctx.signal }, options);
        const results = outcomes.map((outcome) => ({ ...outcome, rows: outcome.rows.map(({ row }) => row) }));
        // Stored before anything is thrown: a failed validation leaves its report behind.
        const page = Buffer.from(renderReport(dataset, outcomes));
        const report = Report.parse(await ctx.artifacts.putBytes(page, 'report'));
        refuseBroken(dataset, results, report);
        const { run, address } = ctx;
        ctx.inCommit((tx) => insertEdge(tx, { child: report, parent: dataset, relation: 'report-of', run, address }));
        return { dataset, results, warnings: results.filter((r) => !r.passed).length, report };
      });
    },
  },
);

/** Named in a message; the report has them all. */
const NAMED = 12;

function refuseBroken(dataset: string, results: readonly ExpectationResult[], report: string): void {
  const broken = results.filter((r) => !r.passed && r.severity === 'fail');
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
