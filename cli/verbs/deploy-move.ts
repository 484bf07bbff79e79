import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { z } from 'zod';
import { describeDeployment } from '../../client/deploy/deployment';
import { openTree, openWorkflows, type OpenWorkflow } from '../../client/deploy/open-workflows';
import { perennialError } from '../../core/errors';
import { moveAll } from '../deploy/move';
import { buildAtHand } from '../deploy/parts-of-check';
import { EXIT } from '../exit-codes';
import { act, CommonOptions, verb } from '../frame';
import { withConnection } from '../open';
import { readProject } from '../read-project';
import { movedText } from '../views/current-text';

const Build = z.string().min(1).optional();
const Options = CommonOptions.extend({ from: Build, to: Build, unchecked: z.boolean().default(false) });

/** `perennial deploy move <run>` or `--from <build>`: another build goes on with what is open. */
export function registerMove(deploy: Command): void {
  verb(deploy, 'move [run]', 'let another build go on with a run, or with all that are pinned to a build')
    .option('--from <build>', 'all that is pinned to this build')
    .option('--to <build>', 'the build that goes on with it (default: the current one)')
    .option('--unchecked', 'do not replay it against that build first, which can be done for the build at hand alone')
    .addHelpText(
      'after',
      `
Examples:
  perennial deploy move train-churn-20260201T020000-3f9a1c
  perennial deploy move --from 3f9a1c0b2d4e-77aa01bc92fe
With a run go the runs that it called and the shards of its maps. What was done is kept; what is still to be done is done by the
code of that build.
Exit codes: 0 moved, or there was nothing to move; 1 some would not go on with that build, and stay where they are.`,
    )
    .action(
      act(async (frame) => {
        const options = frame.options(Options);
        const run = frame.args[0];
        if ((run === undefined) === (options.from === undefined)) {
          throw perennialError('PER_STACK_011', 'Name either a run or, with --from, a build.');
        }
        const atHand = buildAtHand(await readProject(options));
        return withConnection(options, async (connection) => {
          const { current, builds } = await describeDeployment(connection.temporal);
          const build = options.to ?? current;
          if (build === null || !builds.some((one) => one.build === build)) {
            throw perennialError(
              'PER_RUN_172',
              build === null ? 'No build is current.' : `There is no build '${build}'.`,
            );
          }
          if (build !== atHand && !options.unchecked) {
            throw perennialError('PER_RUN_174', `${build} is not the build at hand, which is ${atHand}.`);
          }
          const open = await openOf(connection.temporal, { run, from: options.from });
          const elsewhere = open.filter(({ pinnedTo }) => pinnedTo !== null && pinnedTo !== build);
          const moved = await moveAll(options, connection, elsewhere, { build, unchecked: options.unchecked });
          frame.result(moved, movedText);
          return moved.refused.length > 0 ? EXIT.failed : EXIT.done;
        });
      }),
    );
}

async function openOf(
  temporal: Client,
  { run, from }: { readonly run: string | undefined; readonly from: string | undefined },
): Promise<OpenWorkflow[]> {
  if (run !== undefined) {
    const tree = await openTree(temporal, run);
    if (tree.length === 0) throw perennialError('PER_RUN_172', `Nothing of '${run}' is open.`);
    return tree;
  }
  const found: OpenWorkflow[] = [];
  for await (const one of openWorkflows(temporal, [])) if (one.pinnedTo === from) found.push(one);
  return found;
}
