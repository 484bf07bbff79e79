import { actingUser } from '../../client/acting-user';
import type { Command } from 'commander';
import { z } from 'zod';
import { jsonOrFile } from '../arguments/json-or-file';
import { act, CommonOptions, verb } from '../frame';
import { withConnection } from '../open';

const Options = CommonOptions.extend({
  reject: z.boolean().default(false),
  by: z.string().min(1).optional(),
  note: z.string().optional(),
  answer: z.string().optional(),
});

/** `perennial approve <run> <node>`: answers an approval that a run waits for. */
export function registerApprove(program: Command): void {
  verb(program, 'approve <run> <node>', 'answer an approval that a run waits for')
    .option('--reject', 'say no: the run ends as `rejected`, unless its graph reads the answer')
    .option('--by <name>', 'who answers (default: the user of the operating system)')
    .option('--note <text>', 'why, for the records')
    .option('--answer <json>', 'what the approval asks for beside yes or no, as JSON or @file')
    .addHelpText(
      'after',
      `
Examples:
  perennial approve late-airports-20260201T020000-3f9a1c release
  perennial approve late-airports-20260201T020000-3f9a1c release --reject --note 'a storm, not the airport'
  perennial approve late-airports-20260201T020000-3f9a1c 'airports[3]/check' --answer '{"share":0.5}'
\`perennial show <run>\` names the nodes that wait.`,
    )
    .action(
      act(async (frame) => {
        const { reject, by, note, answer: more, ...flags } = frame.options(Options);
        const [run, node] = [frame.argument(0), frame.argument(1)];
        const answer = { node, approved: !reject, by: by ?? actingUser(), note: note ?? null };
        const full = { ...answer, ...(more !== undefined && { answer: jsonOrFile('--answer', more) }) };
        const taken = await withConnection(flags, async (connection) => {
          const { approve } = await import('../../client/approve.js');
          return approve(connection, run, full);
        });
        frame.result(
          { run, node, ...taken },
          (a) => `${node}: ${a.approved ? 'approved' : 'rejected'} by ${a.by} at ${a.at}.`,
        );
        return undefined;
      }),
    );
}
