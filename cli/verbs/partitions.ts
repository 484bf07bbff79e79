import type { Command } from 'commander';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { Partition } from '../../core/partitions/partition';
import { isWanted, stateOfPartition } from '../../core/partitions/state';
import { planHash } from '../../core/plan/hash';
import { listPartitions } from '../../store/partitions/list-partitions';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { readProject } from '../read-project';
import { tickTrouble } from '../tick-trouble';
import { type PartitionLine, partitionsText } from '../views/partitions-view';
import { findDeclared } from './plan';

const Options = CommonOptions.extend({
  from: z.string().optional(),
  to: z.string().optional(),
  missing: z.boolean().default(false),
});

/** `perennial partitions <pipeline>`: what the ledger says of each. With --json one a line. */
export function registerPartitions(program: Command): void {
  verb(program, 'partitions <pipeline>', 'list the partitions of a pipeline: which are done, by which run and plan')
    .option('--from <key>', 'from this one (default: the first)')
    .option('--to <key>', 'to this one, included (default: the newest that is over)')
    .option('--missing', 'those alone that no run has done')
    .addHelpText(
      'after',
      `
Examples:
  perennial partitions train-churn --missing
  perennial partitions train-churn --from 2026-01-01 --to 2026-01-31 --json
'stale' is done by another plan than the pipeline has now; \`perennial backfill\` runs what is not done. Ticks of its schedule that
were missed or skipped are told on stderr.`,
    )
    .action(
      act(async (frame) => {
        const { from, to, missing, ...flags } = frame.options(Options);
        const pipeline = findDeclared((await readProject(flags)).pipelines, frame.argument(0));
        const { name, partitions, plan } = pipeline;
        if (partitions === null) throw perennialError('PER_RUN_120', `${name} has no partitions.`);
        const { partitionsIn } = await import('../../core/partitions/partition.js');
        const range = partitionsIn(name, partitions, { from, to }, Date.now());
        const top = plan.body.nodes.filter(({ kind }) => kind !== 'finally').map(({ id }) => id);
        const facts = await withRecords(flags, (db) =>
          listPartitions(
            db,
            name,
            range.map(({ key }) => key),
          ),
        );
        const lines = facts
          .map((one, i) => ({ ...one, ...windowOf(range[i]), state: stateOfPartition(one, planHash(plan)), of: top }))
          .filter(({ state }) => !missing || isWanted(state, true));
        if (frame.json) for (const line of lines) frame.result(asJson(line), () => '');
        else frame.line(partitionsText(lines, frame.width));
        const trouble = pipeline.schedule === null ? [] : await tickTrouble(flags, name);
        for (const text of trouble) frame.note(`Warning: ${text}`);
        return undefined;
      }),
    );
}

function windowOf(partition: Partition | undefined): { readonly from: string | null; readonly to: string | null } {
  return partition !== undefined && 'from' in partition ? partition : { from: null, to: null };
}

/** The nodes are those at the top of the plan; what stands inside of them is done with them. */
function asJson({ key, from, to, state, done, last, runs, nodes, of }: PartitionLine): object {
  const missing = of.filter((id) => !nodes.includes(id));
  return { partition: key, from, to, state, done, last, runs, nodes: { done: nodes, missing } };
}
