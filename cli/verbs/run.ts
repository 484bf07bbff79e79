import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import type { EndedRun } from '../../client/await-run';
import type { Connection } from '../../client/connection';
import type { NodeRow } from '../../store/nodes/node-row';
import { perennialError } from '../../core/errors';
import { findRun } from '../../store/runs/find-run';
import { Length, RunId } from '../arguments/fields';
import { everyOne, runConfig } from '../arguments/run-config';
import { EXIT, type ExitCode } from '../exit-codes';
import { act, CommonOptions, type Frame, verb } from '../frame';
import { withConnection } from '../open';
import { type OtherCode, otherCode, otherCodeText } from '../other-code';
import { readProject } from '../read-project';
import { took } from '../views/duration';
import { sourceText } from '../views/cache-text';
import { commandOf, isWaiting } from '../views/approvals';
import { becauseOf, waitsUntil } from '../views/run-view';
import { askedFor } from '../../core/nodes/asked-for';
import { followRun } from '../follow-run';
import { planOf } from '../read-run';
import type { Project } from '../../workers/load-project';

const Options = CommonOptions.extend({
  config: z.array(z.string()).default([]),
  set: z.array(z.string()).default([]),
  wait: z.boolean().default(false),
  timeout: Length.optional(),
  cache: z.boolean().default(true),
  plan: z.string().optional(),
  id: RunId.optional(),
  partition: z.string().min(1).max(100).optional(),
});
type Options = z.infer<typeof Options>;

/** `perennial run <pipeline>`: starts a run, and with --wait tells how it ended. */
export function registerRun(program: Command): void {
  verb(program, 'run <pipeline>', 'start a run of a pipeline')
    .option(
      '--config <config>',
      'the config as a JSON object, @file with it (@- reads standard input), or as --set',
      everyOne,
    )
    .option('--set <key=value...>', 'one key of the config, `outer.inner=value` inside another; may be repeated')
    .option('--wait', 'wait until the run has ended; the exit code then says how')
    .option('--timeout <length>', 'with --wait: wait no longer than this, like 30s or 2h')
    .option('--no-cache', 'run every node, whatever the cache holds')
    .option('--plan <hash>', 'a plan that an earlier run used, instead of the current one')
    .option(
      '--id <run>',
      'the id of the run, of letters, digits and . _ : - : a second start of the same id is refused',
    )
    .option('--partition <key>', 'the partition that it works on, like 2026-01-05; its id is then <pipeline>:<key>')
    .addHelpText(
      'after',
      `
Examples:
  perennial run late-airports
  perennial run late-airports --set limit=0.1 --set airports='["JFK","LGA"]' --wait
  perennial run train-churn --partition 2026-01-05
  perennial run late-airports --config @config.json --no-cache --json
Exit codes with --wait: 0 completed, 4 rejected, 1 ended in any other way or not in time.`,
    )
    .action(
      act(async (frame) => {
        const options = frame.options(Options);
        refuseIdleTimeout('run', options);
        const config = runConfig(options.config, options.set);
        const pipeline = frame.argument(0);
        return withConnection(options, async (connection) => {
          const project = await readProject(options);
          const other = await warnOfOtherCode(frame, connection, project, pipeline);
          const { partition } = options;
          const request = {
            pipeline,
            config,
            noCache: !options.cache,
            ...(options.plan === undefined ? {} : { plan: options.plan }),
            ...(options.id === undefined ? {} : { runId: options.id }),
          };
          const { startRun } = await import('../../client/start-run.js');
          const { startPartition } = await import('../../client/start-partition.js');
          const { runId } = await (partition === undefined
            ? startRun(connection, project.pipelines, request)
            : startPartition(connection, project.pipelines, { ...request, partition }));
          if (options.wait) return waitAndTell(frame, connection, runId, { ...options, otherCode: other });
          const lost = await endedUnrecorded(connection, runId);
          if (lost !== null) {
            const { status, reason } = lost;
            frame.result({ run: runId, pipeline, status, reason, otherCode: other }, () => ended(lost));
            return EXIT.failed;
          }
          frame.result(
            { run: runId, pipeline, status: 'running', otherCode: other },
            () => `Started ${runId}. \`perennial show ${runId}\` shows it.`,
          );
          return EXIT.done;
        });
      }),
    );
}

/**
 * A time-out bounds the waiting, not the run: without --wait it would do nothing.
 *
 * @throws PER_STACK_011
 */
export function refuseIdleTimeout(
  of: string,
  { wait, timeout }: { readonly wait: boolean; readonly timeout?: number | undefined },
): void {
  if (wait || timeout === undefined) return;
  const message = `'${of}': --timeout says how long --wait waits: give --wait too. What a run may take is its steps' time-outs.`;
  throw perennialError('PER_STACK_011', message);
}

/** A run that can begin has a record at once; longer than this nobody waits to see it, ms. */
const AT_ONCE = 2_000;

/** How a run ended that could not even begin, as where the workers know no such pipeline: the records never hear of it. */
async function endedUnrecorded(connection: Connection, runId: string): Promise<EndedRun | null> {
  const { awaitRun } = await import('../../client/await-run.js');
  const end = Date.now() + AT_ONCE;
  while (Date.now() < end) {
    if ((await findRun(connection.db, runId)) !== null) return null;
    const { status } = await connection.temporal.workflow.getHandle(runId).describe();
    if (status.name !== 'RUNNING') {
      const run = await awaitRun(connection, runId);
      return run.status === 'failed' && (await findRun(connection.db, runId)) === null ? run : null;
    }
    await sleep(50);
  }
  return null;
}

/** Says on stderr that the workers have other code than the project, if they do; the result has it as `otherCode`. */
export async function warnOfOtherCode(
  frame: Frame,
  { db, temporal }: Connection,
  project: Project,
  pipeline: string,
): Promise<OtherCode | null> {
  const { describeDeployment } = await import('../../client/deploy/deployment.js');
  const { current } = await describeDeployment(temporal);
  const other = await otherCode(db, project, pipeline, current);
  if (other !== null) frame.note(otherCodeText(other));
  return other;
}

/** Waits for a run's end, telling of its nodes on the way; the exit code says how it ended. */
export async function waitAndTell(
  frame: Frame,
  connection: Connection,
  runId: string,
  options: { readonly timeout?: number | undefined; readonly otherCode: OtherCode | null },
): Promise<ExitCode> {
  if (!frame.json) frame.note(`started ${runId}`);
  const followers = {
    async onNode(node: NodeRow) {
      if (frame.json) return;
      // What it asks for, and of whom, the plan says.
      const plan = isWaiting(node) ? await planOf(connection.db, node.run_id) : null;
      frame.note(nodeNews(node, runId, askedFor(plan, node.node)));
    },
    onIdle() {
      frame.note(`Nobody has begun ${runId} yet: does a worker of the pool cpu run? \`perennial doctor\` says more.`);
    },
  };
  const { awaitRun } = await import('../../client/await-run.js');
  const waiting = awaitRun(connection, runId, options.timeout === undefined ? {} : { timeout: options.timeout });
  const run = await followRun(connection.db, runId, followers, waiting);
  const { id, pipeline, status, reason, output } = run;
  const { otherCode: other } = options;
  frame.result({ run: id, pipeline, status, reason, output, otherCode: other }, () => ended(run));
  return exitCodeOfStatus(status);
}

/** A line on a node that has ended, or waits for a person. */
export function nodeNews(node: NodeRow, runId: string, asked = askedFor(null, node.node)): string {
  if (isWaiting(node)) return `${node.address} waits: ${commandOf({ ...node, run_id: runId }, asked)}`;
  const until = waitsUntil(node);
  if (until !== null) return `${node.address} waits until ${until}`;
  const because = becauseOf(node);
  if (because !== null && node.status === 'cancelled') return `${node.address} ${because}`;
  const cache = sourceText(node);
  const time = node.ended_at === null ? '' : ` in ${took(node.first_claimed, node.ended_at, new Date())}`;
  const error = node.error === null ? '' : `: ${node.error.message}`;
  return `${node.address} ${node.status}${time}${cache === null ? '' : ` (${cache})`}${error}`;
}

function ended(run: EndedRun): string {
  if (run.status === 'completed') return JSON.stringify(run.output, null, 2);
  return `${run.id} ${run.status}${run.reason === null ? '' : `: ${run.reason}`}`;
}

/** A person's no is a gate that refused; every other end but `completed` is work that failed. */
export function exitCodeOfStatus(status: EndedRun['status']): ExitCode {
  if (status === 'completed') return EXIT.done;
  return status === 'rejected' ? EXIT.refused : EXIT.failed;
}
