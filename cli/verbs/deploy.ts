import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { KeptHistory } from '../../workers/replay/kept-histories';
import type { DeployCheck } from '../deploy/check-deploy';
import { withCheck } from '../deploy/parts-of-check';
import { historiesOf } from '../deploy/histories-of';
import { EXIT } from '../exit-codes';
import { act, CommonOptions, type Frame, verb } from '../frame';
import { withTemporal } from '../open';
import { deployText } from '../views/deploy-text';
import { registerBuilds } from './deploy-builds';
import { registerMove } from './deploy-move';
import { registerSetCurrent } from './deploy-set-current';

const Folder = z.string().min(1).optional();

/** `perennial deploy check | keep | builds | set-current | move`. */
export function registerDeploy(program: Command): void {
  const deploy = program
    .command('deploy')
    .description('hold a build against the runs at work, and make it the one that new runs begin with');
  registerCheck(deploy);
  registerKeep(deploy);
  registerBuilds(deploy);
  registerSetCurrent(deploy);
  registerMove(deploy);
}

const CheckOptions = CommonOptions.extend({
  histories: Folder,
  workflows: Folder,
  keptOnly: z.boolean().default(false),
  allowGone: z.boolean().default(false),
  pinned: z.boolean().default(false),
});
type CheckOptions = z.infer<typeof CheckOptions>;

function registerCheck(deploy: Command): void {
  verb(deploy, 'check', 'replay what is open, and what was kept, against this build; nothing is executed')
    .option('--histories <folder>', "where histories are kept (default: the project's histories/)")
    .option('--workflows <file>', 'the code of the hand-written workflows: what their worker takes as workflowsPath')
    .option('--kept-only', 'ask no server: replay what was kept')
    .option('--allow-gone', 'pass although something that the project no longer has is still at work')
    .option('--pinned', 'replay what is pinned to a build too, as if it were to be moved to this one')
    .addHelpText(
      'after',
      `
Examples:
  perennial deploy check
  perennial deploy check --kept-only --json
  perennial deploy check --workflows src/workflows.ts
Workflows that are pinned to a build stay with it: they are listed by build, and not replayed without --pinned. What is handed to a step is not
compared, only which steps are asked for, and in which order.
Exit codes: 0 all go on with this build, or there is nothing to replay; 1 one does not, or something at work is gone.`,
    )
    .action(
      act(async (frame) => {
        const options = frame.options(CheckOptions);
        const histories = historiesOf(options);
        const found = await check(frame, options, histories);
        const passed = found.differing.length === 0 && (options.allowGone || found.gone.length === 0);
        frame.result({ passed, histories, ...found }, () => deployText(found, histories));
        return passed ? EXIT.done : EXIT.failed;
      }),
    );
}

async function check(frame: Frame, options: CheckOptions, histories: string): Promise<DeployCheck> {
  const { workflows, keptOnly, histories: named, pinned: evenPinned, ...flags } = options;
  const [{ checkDeploy }, { readKept }] = await Promise.all([
    import('../deploy/check-deploy.js'),
    import('../../workers/replay/kept-histories.js'),
  ]);
  let kept: readonly KeptHistory[] = [];
  const before = (): void => {
    kept = readKept(histories, { mayLack: named === undefined });
  };
  return withCheck(flags, { workflows, before }, async (parts) => {
    const work = async (temporal: Client | null): Promise<DeployCheck> => {
      const { historyOf, openWorkflows } = await import('../../client/deploy/open-workflows.js');
      return checkDeploy({
        ...{ ...parts, kept, evenPinned },
        open: temporal === null ? null : openWorkflows(temporal, parts.handWritten.types),
        history: (one) => (temporal === null ? Promise.resolve(null) : historyOf(temporal, one)),
        progress: (seen) => {
          if (seen % 100 === 0) frame.note(`${seen} open workflows seen to`);
        },
      });
    };
    return keptOnly ? work(null) : withTemporal(flags, work);
  });
}

const KeepOptions = CommonOptions.extend({ histories: Folder, force: z.boolean().default(false) });

function registerKeep(deploy: Command): void {
  verb(deploy, 'keep <run>', "keep a run's history in a file, so that every later build is held against it")
    .option('--histories <folder>', "where histories are kept (default: the project's histories/)")
    .option('--force', 'replace what is kept under its name')
    .addHelpText(
      'after',
      `
Examples:
  perennial deploy keep train-churn-20260201T020000-3f9a1c
Any Workflow ID will do, that of a keeper too. The file holds the run's config and what its steps returned: look at it before you
commit it.`,
    )
    .action(
      act(async (frame) => {
        const options = frame.options(KeepOptions);
        const run = frame.argument(0);
        const { historyOf } = await import('../../client/deploy/open-workflows.js');
        const { writeKept } = await import('../../workers/replay/kept-histories.js');
        const history = await withTemporal(options, (temporal) => historyOf(temporal, { workflow: run }));
        if (history === null) throw perennialError('PER_RUN_154', `Temporal holds no history of '${run}'.`);
        const file = join(historiesOf(options), `${run.replaceAll(/[^\w.-]/g, '-')}.json`);
        writeKept(file, { workflow: run, history, force: options.force });
        frame.result({ run, file, events: history.events?.length ?? 0 }, () => `Kept in ${file}.`);
        return undefined;
      }),
    );
}
