import type { Command } from 'commander';
import { z } from 'zod';
import { jsonOrFile } from '../arguments/json-or-file';
import { act, verb } from '../frame';
import { ActorOptions, actorOf, actOn, withActor } from '../intervene';

const Options = ActorOptions.extend({ output: z.string().optional(), reason: z.string().min(1) });

/** `perennial skip <run> <node>`: a given output takes the place of an execution, or a wait is over. */
export function registerSkip(program: Command): void {
  withActor(verb(program, 'skip <run> <node>', 'give a step its output instead of executing it, or end a wait'))
    .option('--output <json>', 'the output of a step, as JSON or @file; held against its contract')
    .addHelpText(
      'after',
      `
A reason is needed, and for a step its output. What executes the step is stopped and can no longer commit.
A wait has its own output: what comes after it goes on now.
Examples:
  perennial skip late-airports-20260201T020000-3f9a1c 'airports[3]/share-late' \\
    --output '{"airport":"ATL","late":0.2}' --reason 'the source has lost that day'
  perennial skip flight-delays-20260201T020000-3f9a1c cool-off --reason 'the labels are here'`,
    )
    .action(
      act(async (frame) => {
        const { output: given, ...flags } = frame.options(Options);
        const [run, node] = [frame.argument(0), frame.argument(1)];
        const output = given === undefined ? {} : { output: jsonOrFile('--output', given) };
        const done = given === undefined ? 'is skipped' : 'has the given output';
        const ask = { action: 'skip', node, ...output, ...actorOf(flags) } as const;
        await actOn(frame, flags, run, ask, `${node} ${done}, and what comes after it goes on.`);
        return undefined;
      }),
    );
}
