import { describeDeployment } from '../../client/deploy/deployment';
import { openWorkflows, type OpenWorkflow } from '../../client/deploy/open-workflows';
import { lackedPools, type MadeCurrent, setCurrent } from '../../client/deploy/set-current';
import { perennialError } from '../../core/errors';
import type { Project } from '../../workers/load-project';
import { EXIT, type ExitCode } from '../exit-codes';
import type { CommonOptions, Frame } from '../frame';
import { withConnection } from '../open';
import { readProject } from '../read-project';
import { currentText, movedText } from '../views/current-text';
import { checkOpen } from './check-open';
import { moveAll, type Moved } from './move';
import { buildAtHand } from './parts-of-check';
import { strandedBut } from './stranded-but';

/** How a build is made current. */
export interface MakeCurrent extends CommonOptions {
  /** For how long its workers are waited for, ms. */
  readonly wait?: number | undefined;
  /** True: what is open is not replayed against it first. */
  readonly unchecked: boolean;
  /** True: runs whose own build has no workers move to it. */
  readonly move: boolean;
  /** True: it is let be that something at work is gone from the project. */
  readonly allowGone: boolean;
}

/** Between two looks for workers, ms. */
const LOOK_EVERY = 500;

/**
 * Makes a build the current one, after a check, and says what came of it.
 *
 * @param named undefined: the build at hand
 * @throws PER_RUN_171 a pool has no worker of it, PER_RUN_173 something would not go on with it: nothing was changed
 */
export async function makeBuildCurrent(
  frame: Frame,
  options: MakeCurrent,
  named: string | undefined,
): Promise<ExitCode> {
  const project = await readProject(options);
  const atHand = buildAtHand(project);
  const build = named ?? atHand;
  const asked = build === atHand ? poolsOf(project) : null;
  return withConnection(options, async (connection) => {
    if (options.wait !== undefined) await waitForWorkers(frame, connection, { build, asked, patience: options.wait });
    const { current } = await describeDeployment(connection.temporal);
    if (build === atHand && build !== current && !options.unchecked) await refuseDiffering(options);
    const made = await setCurrent(connection, build, asked);
    const open: OpenWorkflow[] = [];
    for await (const one of openWorkflows(connection.temporal, [])) if (one.pinnedTo !== build) open.push(one);
    const note = (text: string): void => {
      frame.note(text);
    };
    const stranded = await strandedBut(connection.db, open, { patient: options.move, note });
    const unchecked = options.unchecked || build !== atHand;
    const moved = options.move ? await moveAll(options, connection, stranded, { build, unchecked }) : null;
    const left = (moved?.refused ?? stranded).map(({ workflow }) => workflow);
    tell(frame, made, moved, left);
    return moved !== null && moved.refused.length > 0 ? EXIT.failed : EXIT.done;
  });
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

/** What is not pinned would come to the new build at once, and keepers and back-fills soon. */
async function refuseDiffering(flags: MakeCurrent): Promise<void> {
  const { differing, gone } = await checkOpen(flags);
  const faults = [...differing, ...(flags.allowGone ? [] : gone)];
  const [first] = faults;
  if (first === undefined) return;
  const more = faults.length === 1 ? '' : ` (and ${faults.length - 1} more: \`perennial deploy check\`)`;
  throw perennialError('PER_RUN_173', `Nothing was changed. ${first.message}${more}`);
}

async function waitForWorkers(
  frame: Frame,
  line: Line,
  {
    build,
    asked,
    patience,
  }: { readonly build: string; readonly asked: readonly string[] | null; readonly patience: number },
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
