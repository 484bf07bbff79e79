import type { Command } from 'commander';
import { z } from 'zod';
import { jsonOrFile } from '../arguments/json-or-file';
import { act, verb } from '../frame';
import { ActorOptions, actorOf, actOn, withActor } from '../intervene';

const Options = ActorOptions.extend({ output: z.string(), reason: z.string().min(1) });

/** `perennial skip <run> <node>`: a given output takes the place of an execution. */
export function registerSkip(program: Command): void {
  withActor(verb(program, 'skip <run> <node>', 'give a step its output instead of executing it'))
    .requiredOption('--output <json>', "the output, as JSON or @file; held against the step's contract")
    .addHelpText(
      'after',
      `
A reason is needed. What executes the step is stopped and can no longer commit.
Example:
  perennial skip late-airports-20260201T020000-3f9a1c 'airports[3]/share-late' \\
    --output '{"airport":"ATL","late":0.2}' --reason 'the source has lost that day'`,
    )
    .action(
      act(async (frame) => {
        const { output: given, ...flags } = frame.options(Options);
        const [run, node] = [frame.argument(0), frame.argument(1)];
        const output = jsonOrFile('--output', given);
        const ask = { action: 'skip', node, output, ...actorOf(flags) } as const;
        await actOn(frame, flags, run, ask, `${node} has the given output, and what reads it goes on.`);
        return undefined;
      }),
    );
}
