import type { Command } from 'commander';
import { z } from 'zod';
import { withCalled } from '../../core';
import { planDifferences } from '../../core/plan/plan-differences';
import { EXIT } from '../exit-codes';
import { findPlans } from '../find-plan';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { readProject } from '../read-project';
import { planDiffText } from '../views/plan-diff-text';

const Options = CommonOptions.extend({ exitCode: z.boolean().default(false) });

/** `perennial plan diff <a> <b>`: how two plans differ. */
export function registerPlanDiff(plan: Command): void {
  verb(plan, 'diff <a> <b>', 'how two plans differ: nodes, edges, contracts, config')
    .option('--exit-code', 'end with 1 when they differ')
    .addHelpText(
      'after',
      `
Each is a pipeline of the project (its plan now), a run (the plan that it carries), the hash of a recorded plan, or
'current': what the pipeline of the other one is now. Runs and hashes need the records (Postgres); pipelines need no server.
Examples:
  perennial plan diff <run> current
  perennial plan diff <hash> train-churn --exit-code
Exit codes: 0 done, whether they differ or not; with --exit-code 1 when they differ; 2 when one of them names no plan.`,
    )
    .action(
      act(async (frame) => {
        const { exitCode, ...flags } = frame.options(Options);
        const project = await readProject(flags);
        const sources = {
          pipelines: [...withCalled(project.pipelines), ...project.workflows],
          records: <T>(work: Parameters<typeof withRecords<T>>[1]) => withRecords(flags, work, { readOnly: true }),
        };
        const [a, b] = await findPlans(frame.argument(0), frame.argument(1), sources);
        const found = planDifferences(a.plan, b.plan);
        const named = { a: { hash: a.hash, from: a.from }, b: { hash: b.hash, from: b.from } };
        frame.result({ ...named, ...found }, () =>
          [`- ${a.hash} (${a.from})`, `+ ${b.hash} (${b.from})`, planDiffText(found)].join('\n'),
        );
        return exitCode && !found.same ? EXIT.failed : EXIT.done;
      }),
    );
}
