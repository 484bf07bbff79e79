import type { Command } from 'commander';
import { z } from 'zod';
import { DEV_POOLS, followProject } from '../dev/follow-project';
import { createTracer } from '../dev/tracer';
import { watchProject } from '../dev/watch-project';
import { act, CommonOptions, type Frame, verb } from '../frame';
import { launcherEnds } from '../launcher-ends';
import { resolveSettings } from '../settings';
import { devText } from '../views/dev-text';

const Options = CommonOptions.extend({ fresh: z.boolean().default(false), useServer: z.boolean().default(false) });

/** `perennial dev`: the embedded stack, with workers that follow the project as it is edited. */
export function registerDev(program: Command): void {
  verb(program, 'dev', 'start the stack and follow the project: each edit is traced, and changed workers are renewed')
    .option('--fresh', 'start from an empty state folder')
    .option('--use-server', 'use the servers that TEMPORAL_ADDRESS and DATABASE_URL name')
    .addHelpText(
      'after',
      `
Example:
  perennial dev --fresh
Holds the stack until Ctrl-C. At each save the plans' differences are shown, and new workers take the place of those whose
code has changed: of a pool when the code of its steps has, of cpu also when a pipeline, model or contract has. A project
that cannot be loaded is told with file and line, and the old workers go on.
With --json one event a line: up (as of \`perennial up\`, with secrets), refused, plan, ready.`,
    )
    .action(act(dev));
}

async function dev(frame: Frame): Promise<undefined> {
  const { fresh, useServer, ...flags } = frame.options(Options);
  const { project, state } = resolveSettings(flags).settings;
  const over = launcherEnds();
  const tracer = createTracer({ project, state, pools: [...DEV_POOLS] });
  try {
    const first = await tracer.trace();
    const { startStack } = await import('../../workers/embedded/stack.js');
    const stack = await startStack({
      ...{ state, project, fresh, useServer, standby: true },
      onProgress: (progress) => {
        if (!frame.json && progress.state !== 'starting') frame.note(`${progress.part}: ${progress.text}`);
      },
    });
    const { addresses, token, temporalCli, pids } = stack;
    const watch = await watchProject(project);
    let ending: string | null = null;
    const following = followProject({
      ...{ stack, tracer, watch, first, isOver: () => ending !== null },
      tell: (event) => {
        frame.result(event, devText);
      },
    });
    frame.result({ event: 'up', state: stack.state, addresses, token, temporalCli, pids }, () =>
      [
        `Temporal UI    ${addresses.temporalUi ?? addresses.temporal}`,
        ...(addresses.serving === null ? [] : [`Predictions    ${addresses.serving}`]),
        ...Object.entries(addresses.metrics).map(([part, url]) => `Metrics        ${url} (${part})`),
        `Following ${project}; Ctrl-C ends everything.`,
      ].join('\n'),
    );
    ending = await Promise.race([over, following.then(() => 'following ended')]);
    frame.note(`${ending}: ending the stack`);
    await Promise.all([watch.end(), stack.stop()]);
  } finally {
    tracer.end();
  }
  return undefined;
}
