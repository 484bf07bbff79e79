import type { Command } from 'commander';
import { z } from 'zod';
import { Length } from '../arguments/fields';
import { jsonOrFile } from '../arguments/json-or-file';
import { EXIT } from '../exit-codes';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { readProject } from '../read-project';
import { resolveSettings } from '../settings';
import { spinText } from '../views/spin-text';

/** Where Node's inspector is looked for by everyone. */
const INSPECTOR_PORT = 9229;

const Options = CommonOptions.extend({
  input: z.string().optional(),
  inspect: z
    .union([z.literal(true).transform(() => INSPECTOR_PORT), z.coerce.number().int().min(0).max(65_535)])
    .optional(),
  timeout: Length.optional(),
  keepArtifacts: z.string().min(1).optional(),
});

/** `perennial spin <run> <node>`: one step of the working tree, on what a node of a run was handed. Nothing is recorded. */
export function registerSpin(program: Command): void {
  verb(
    program,
    'spin <run> <node>',
    "run one step of this project here, on a node's recorded input; nothing is recorded",
  )
    .option('--input <json>', 'another input, as JSON or @file, in place of the recorded one as a whole')
    .option('--inspect [port]', `wait for a debugger on 127.0.0.1 (default port: ${INSPECTOR_PORT}; 0: any)`)
    .option('--timeout <length>', 'end it after this time, like 30s or 2h (default: none)')
    .option('--keep-artifacts <folder>', 'keep the artifacts that it makes there, and read those that are there')
    .addHelpText(
      'after',
      `
The run may be of any state, and so may the node; it needs Postgres and the artifact store, neither Temporal nor a worker.
Says the output, and whether it is the one that the run has. What the step does in other systems, it does.
Examples:
  perennial spin late-airports-20260201T020000-3f9a1c 'airports[3]/share-late'
  perennial spin late-airports-20260201T020000-3f9a1c collect --inspect
  perennial spin late-airports-20260201T020000-3f9a1c collect --input @input.json --json | jq .differences
Exit codes: 0 the step completed, whatever it gave; 1 it failed; 2 there is nothing to be spun by that name.`,
    )
    .action(
      act(async (frame) => {
        const { input: text, inspect, timeout, keepArtifacts: keep, ...flags } = frame.options(Options);
        const [run, address] = [frame.argument(0), frame.argument(1)];
        const input = text === undefined ? undefined : jsonOrFile('--input', text);
        const { settings } = resolveSettings(flags);
        const view = await withRecords(
          flags,
          async (db, databaseUrl) => {
            const { spin } = await import('../spin/spin.js');
            const parts = { db, settings: { ...settings, databaseUrl }, loadProject: () => readProject(flags) };
            const asked = { run, address, input, inspect, timeout, keep };
            const say = (line: string): void => {
              frame.note(line);
            };
            return spin(asked, { ...parts, json: frame.json, say });
          },
          { readOnly: true },
        );
        frame.result(view, spinText);
        return view.status === 'completed' ? EXIT.done : EXIT.failed;
      }),
    );
}
