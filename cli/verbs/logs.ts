import type { Command } from 'commander';
import { z } from 'zod';
import type { LogsAsked } from '../../client/run-logs';
import { lengthOf } from '../../core/plan/time';
import { LEVELS } from '../../store/logs/log-row';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { loggedRun, whyNoLines } from '../read-logs';
import { logText } from '../views/log-text';

const Options = CommonOptions.extend({
  follow: z.boolean().default(false),
  level: z.enum(LEVELS).optional(),
  attempt: z.coerce.number().int().min(1).optional(),
  since: z
    .string()
    .transform((text) => lengthOf(text))
    .refine((ms) => ms !== null && ms > 0, "a length of time, like '5m' or '2h'")
    .transform((ms) => ms ?? 0)
    .optional(),
  tail: z.coerce.number().int().min(1).max(100_000).optional(),
});

/** `perennial logs <run> [node]`: what its steps have logged, in order. With --json one line an object. */
export function registerLogs(program: Command): void {
  verb(
    program,
    'logs <run> [node]',
    'print what the steps of a run have logged, and their processes and programs have written',
  )
    .option('-f, --follow', 'the lines that come as well, until the run has ended')
    .option('--level <level>', `the least level: ${LEVELS.join(', ')} (default: debug)`)
    .option('--attempt <number>', 'those of one attempt')
    .option('--since <time>', 'those of the last so long, like 5m')
    .option('--tail <count>', 'so many of the last ones')
    .addHelpText(
      'after',
      `
Examples:
  perennial logs flight-delays-20260201T020000-3f9a1c --follow
  perennial logs flight-delays-20260201T020000-3f9a1c train --level warn --tail 50
  perennial logs late-airports-20260201T020000-3f9a1c 'airports[3]' --json
A line names its node and, after #, the attempt. Of a node all that stands inside of it is printed too.`,
    )
    .action(
      act(async (frame) => {
        const { follow, level, attempt, since, tail, ...flags } = frame.options(Options);
        const [id, node] = [frame.argument(0), frame.args[1]];
        const asked: LogsAsked = {
          follow,
          ...(node !== undefined && { node }),
          ...(level !== undefined && { level }),
          ...(attempt !== undefined && { attempt }),
          ...(since !== undefined && { since }),
          ...(tail !== undefined && { tail }),
        };
        await withRecords(flags, async (db) => {
          const run = await loggedRun(db, id, node);
          const { runLogs } = await import('../../client/run-logs.js');
          let count = 0;
          for await (const line of runLogs({ db }, id, asked)) {
            count += 1;
            frame.result(line, (each) => logText(each, frame.width !== null));
          }
          if (count === 0 && !frame.json) frame.line(await whyNoLines(db, run, asked));
        });
        return undefined;
      }),
    );
}
