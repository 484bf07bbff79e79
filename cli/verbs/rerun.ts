import type { Command } from 'commander';
import { z } from 'zod';
import { Length, RunId } from '../arguments/fields';
import { runConfig } from '../arguments/run-config';
import { EXIT } from '../exit-codes';
import { act, CommonOptions, verb } from '../frame';
import { withConnection } from '../open';
import { readProject } from '../read-project';
import { refuseIdleTimeout, waitAndTell, warnOfOtherCode } from './run';

const Options = CommonOptions.extend({
  from: z.string().min(1).optional(),
  only: z.string().min(1).optional(),
  config: z.array(z.string()).default([]),
  set: z.array(z.string()).default([]),
  code: z.enum(['current', 'original']).default('current'),
  cache: z.boolean().default(true),
  wait: z.boolean().default(false),
  timeout: Length.optional(),
  id: RunId.optional(),
});

/** `perennial rerun <run>`: a new run that reuses what nothing has touched. */
export function registerRerun(program: Command): void {
  verb(program, 'rerun <run>', 'run a run again, as a new run that reuses the outputs of what is not touched')
    .option('--from <node>', 'this node, and what depends on it: an id, or an address like per-seed[3]/train')
    .option('--only <item>', 'one item of a map, like per-seed[3]; the other items are reused')
    .option(
      '--config <key=value...>',
      'one key of the config changed; what reads it runs again; may be repeated; or JSON',
    )
    .option('--set <key=value...>', 'the same as --config, as `perennial run` has it')
    .option('--code <which>', 'current (default), or original: the plan and the build that the run had')
    .option('--no-cache', 'what runs, runs whatever the cache holds')
    .option('--wait', 'wait until the new run has ended; the exit code then says how')
    .option('--timeout <length>', 'with --wait: wait no longer than this, like 30s or 2h')
    .option('--id <run>', 'the id of the new run, of letters, digits and . _ : -')
    .addHelpText(
      'after',
      `
Without a choice: what did not complete, and what depends on it.
Examples:
  perennial rerun flight-delays-20260201T020000-3f9a1c --wait
  perennial rerun flight-delays-20260201T020000-3f9a1c --from evaluate
  perennial rerun late-airports-20260201T020000-3f9a1c --only 'per-airport[1]'
  perennial rerun late-airports-20260201T020000-3f9a1c --config limit=0.1 --json
Exit codes: 4 when --code original is refused; with --wait those of \`perennial run\`.`,
    )
    .action(
      act(async (frame) => {
        const { from, only, config, set, code, cache, wait, timeout, id, ...flags } = frame.options(Options);
        refuseIdleTimeout('rerun', { wait, timeout });
        const changes = runConfig(config, set);
        const run = frame.argument(0);
        return withConnection(flags, async (connection) => {
          const project = await readProject(flags);
          const { rerun } = await import('../../client/rerun.js');
          const started = await rerun(connection, project.pipelines, {
            run,
            config: changes,
            code,
            noCache: !cache,
            ...(from === undefined ? {} : { from }),
            ...(only === undefined ? {} : { only }),
            ...(id === undefined ? {} : { runId: id }),
          });
          const { runId, parent, pipeline, reused } = started;
          // The code that the run had is asked of the workers by name.
          const other = code === 'original' ? null : await warnOfOtherCode(frame, connection, project, pipeline);
          if (wait) return waitAndTell(frame, connection, runId, { timeout, otherCode: other });
          frame.result(
            { run: runId, parent, pipeline, reused, status: 'running', otherCode: other },
            () => `Started ${runId}, which reuses ${reused} nodes of ${parent}. \`perennial show ${runId}\` shows it.`,
          );
          return EXIT.done;
        });
      }),
    );
}
