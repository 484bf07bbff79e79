import { implement } from '../../core';
import { clean } from '../../steps/clean';
import type { CleaningRule } from '../../steps/cleaning-rules';
import { rulesIn, versionOf } from '../../steps/suites';
import { type Dataset, Report } from '../../steps/types';
import { insertEdge } from '../../store/lineage';
import { recordSuiteUse } from '../../store/suites';
import { recordDataset, type Parent } from '../data/record-dataset';
import { withScratch } from '../data/scratch';
import type { EngineContext } from '../run-step/context';
import { cleanRows } from './clean-rows';
import { renderReport } from './report';

/** Code of the step `clean`. */
export const cleanSteps = implement(
  { clean },
  {
    clean({ dataset, rules: given = [], against = {}, ...how }, ctx: EngineContext) {
      const rules = rulesIn(given);
      const ruleSets = given.flatMap((one) => (one.kind === 'rule-set' ? [one] : []));
      return withScratch(async (scratch) => {
        const path = await ctx.artifacts.pathOf(dataset);
        ctx.progress({ doing: 'cleaning' });
        const work = { scratch, signal: ctx.signal };
        const others: [string, string][] = [];
        for (const [name, other] of Object.entries(against)) others.push([name, await ctx.artifacts.pathOf(other)]);
        const parts = await cleanRows(work, { path, rules, against: Object.fromEntries(others), ...how });
        ctx.progress({ doing: 'recording', rows: parts.clean.rows });
        const from = [{ parent: dataset, relation: 'rows-of' }];
        const withTaken = [...from, ...lookedUp(rules, against)];
        const report = Report.parse(
          await ctx.artifacts.putBytes(
            Buffer.from(renderReport(dataset, parts, ruleSets.map(versionOf)), 'utf8'),
            'report',
          ),
        );
        const { run, address } = ctx;
        ctx.inCommit((tx) => insertEdge(tx, { child: report, parent: dataset, relation: 'report-of', run, address }));
        const made = await recordDataset(ctx, parts.clean.path, withTaken, { scratch });
        for (const set of ruleSets) {
          const use = { ...versionOf(set), kind: 'rule-set', members: set.rules.length, broken: null } as const;
          ctx.inCommit((tx) => recordSuiteUse(tx, { ...use, dataset: made, run, address, report }));
        }
        return {
          dataset: made,
          quarantine: await recordDataset(ctx, parts.quarantine.path, from, { scratch }),
          rowsIn: parts.rowsIn,
          rows: parts.clean.rows,
          quarantined: parts.quarantine.rows,
          duplicates: parts.duplicates,
          reasons: parts.reasons,
          rules: parts.rules.map(({ name, touched }) => ({ name, touched })),
          ruleSets: ruleSets.map(versionOf),
          report,
        };
      });
    },
  },
);

/** The data sets that rules took columns from are parents as well. */
function lookedUp(rules: readonly CleaningRule[], against: Readonly<Record<string, Dataset>>): Parent[] {
  const names = new Set(rules.flatMap((rule) => (rule.kind === 'look-up' ? [rule.reference] : [])));
  return Object.entries(against).flatMap(([name, parent]) =>
    names.has(name) ? [{ parent, relation: 'columns-of' }] : [],
  );
}
