import type { Command } from 'commander';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { readWhy } from '../read-why';
import { whyText } from '../views/why-text';

/** `perennial why <run> <node>`: why the node ran or was reused, and what exactly differed from the run before. */
export function registerWhy(program: Command): void {
  verb(
    program,
    'why <run> <node>',
    'say why a node ran or was reused: which file, package or input differed, from which run',
  )
    .addHelpText(
      'after',
      `
Examples:
  perennial why flight-delays-20260201T020000-3f9a1c train
  perennial why late-airports-20260201T020000-3f9a1c 'airports[3]/share-late' --json`,
    )
    .action(
      act(async (frame) => {
        const [run, node] = [frame.argument(0), frame.argument(1)];
        const view = await withRecords(frame.options(CommonOptions), (db) => readWhy(db, run, node));
        frame.result(plainly(view), () => whyText(view, frame.width));
        return undefined;
      }),
    );
}

/** For --json: of the node's record what is about the question. */
function plainly({ view, ...rest }: Awaited<ReturnType<typeof readWhy>>): object {
  const node = view?.node ?? null;
  const { status = null, cache = null, reused_from = null, given = null, error = null } = node ?? {};
  return { ...rest, status, cache, reused_from, given, error };
}
