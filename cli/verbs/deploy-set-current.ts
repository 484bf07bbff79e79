import type { Command } from 'commander';
import { z } from 'zod';
import { openWorkflows } from '../../client/deploy/open-workflows';
import { lackedPools, setCurrent, type MadeCurrent, strandedAmong } from '../../client/deploy/set-current';
import { perennialError } from '../../core/errors';
import type { Project } from '../../workers/load-project';
import { Length } from '../arguments/fields';
import type { Moved } from '../deploy/move';
import { buildAtHand } from '../deploy/parts-of-check';
import { EXIT } from '../exit-codes';
import { act, CommonOptions, type Frame, verb } from '../frame';
import { withConnection } from '../open';
import { readProject } from '../read-project';
import { movedText, currentText } from '../views/current-text';

const Options = CommonOptions.extend({
  wait: Length.optional(),
  unchecked: z.boolean().default(false),
  move: z.boolean().default(false),
});
type Options = z.infer<typeof Options>;

/** Between two looks for workers, ms. */
const LOOK_EVERY = 500;

/** `perennial deploy set-current [build]`: new runs begin with it. */
export function registerSetCurrent(deploy: Command): void {
  verb(deploy, 'set-current [build]', 'make a build the one that new runs begin with (default: the build at hand)')
    .option('--wait <time>', "wait for its workers for as long as that: '2m'")
    .option('--unchecked', 'do not replay what is open against it first')
    .option('--move', 'move runs whose own build has no workers any more; each is replayed first')
    .addHelpText(
      'after',
      `
Examples:
  perennial deploy set-current --wait 2m
  perennial deploy set-current 3f9a1c0b2d4e-77aa01bc92fe      # back to an earlier build, whose workers are still there
Runs stay with the build that they began on, so its workers have to stay until it is drained (\`perennial deploy builds\`). Keepers
and back-fills move with the next history that they begin. Another build than the one at hand is not held against histories.
Exit codes: 0 it is current; 1 a run would not go on with it, and nothing was changed, or with --move, some were not moved.`,
    )
    .action(
      act(async (frame) => {
        const options = frame.options(Options);
        const project = await readProject(options);
        const atHand = buildAtHand(project);
        const build = frame.args[0] ?? atHand;
        const asked = build === atHand ? poolsOf(project) : [];
        if (build === atHand && !options.unchecked) await refuseDiffering(options);
        return withConnection(options, async (connection) => {
          if (options.wait !== undefined) await waitForWorkers(frame, connection, build, asked, options.wait);
          const made = await setCurrent(connection, build, asked);
          const open = [];
          for await (const one of openWorkflows(connection.temporal, [])) open.push(one);
          const stranded = await strandedAmong(connection.db, open);
          const moved =
            options.move && stranded.length > 0 ? await moveThem(options, connection, stranded, build) : null;
          const left =
            moved === null ? stranded.map(({ workflow }) => workflow) : moved.refused.map((one) => one.workflow);
          tell(frame, made, moved, left);
          return moved !== null && moved.refused.length > 0 ? EXIT.failed : EXIT.done;
        });
      }),
    );
}

function tell(frame: Frame, made: MadeCurrent, moved: Moved | null, stranded: readonly string[]): void {
  const result = { ...made, moved: moved?.moved ?? [], refused: moved?.refused ?? [], stranded };
  frame.result(result, () => [currentText(made, stranded), ...(moved ? [movedText(moved)] : [])].join('\n'));
}

/** The pools that new runs of a project would wait for. */
function poolsOf({ pipelines, workflows }: Project): string[] {
  return [...pipelines, ...workflows].flatMap(({ plan }) => Object.values(plan.steps).map(({ pool }) => pool));
}

type Line = Parameters<Parameters<typeof withConnection>[1]>[0];

async function moveThem(
  flags: Options,
  connection: Line,
  stranded: Awaited<ReturnType<typeof strandedAmong>>,
  build: string,
): Promise<Moved> {
  const { moveAll } = await import('../deploy/move.js');
  return moveAll(flags, connection, stranded, { build, unchecked: flags.unchecked });
}

/** What is not pinned would come to the new build at once. */
async function refuseDiffering(flags: Options): Promise<void> {
  const { checkOpen } = await import('../deploy/check-open.js');
  const { differing } = await checkOpen(flags);
  const [first] = differing;
  if (first === undefined) return;
  const more = differing.length === 1 ? '' : ` (and ${differing.length - 1} more: \`perennial deploy check\`)`;
  throw perennialError('PER_RUN_173', `Nothing was changed. ${first.message}${more}`);
}

async function waitForWorkers(
  frame: Frame,
  line: Line,
  build: string,
  asked: readonly string[],
  patience: number,
): Promise<void> {
  const end = Date.now() + patience;
  let said = '';
  for (;;) {
    const lacked = await lackedPools(line, build, asked);
    if (lacked.length === 0 || Date.now() > end) return;
    const pools = lacked.join(', ');
    if (pools !== said) frame.note(`waiting for workers of ${build} on ${pools}`);
    said = pools;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
}
