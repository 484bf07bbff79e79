import type { Command } from 'commander';
import { act, verb } from '../frame';
import { ActorOptions, actorOf, actOn, withActor } from '../intervene';

/** `perennial retry-now <run> <node>`: a step that waits out its back-off is tried at once. */
export function registerRetryNow(program: Command): void {
  withActor(
    verb(program, 'retry-now <run> <node>', 'try a step at once that waits for its next try; its tries count anew'),
  )
    .addHelpText(
      'after',
      "\nExample:\n  perennial retry-now late-airports-20260201T020000-3f9a1c 'airports[3]/share-late'",
    )
    .action(
      act(async (frame) => {
        const flags = frame.options(ActorOptions);
        const [run, node] = [frame.argument(0), frame.argument(1)];
        await actOn(frame, flags, run, { action: 'retry-now', node, ...actorOf(flags) }, `${node} is tried now.`);
        return undefined;
      }),
    );
}
