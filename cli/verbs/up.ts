import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import type { SensorKey } from '../../store/sensors/sensor-row';
import { PartName, WORKERS } from '../../workers/embedded/stack-file';
import { act, CommonOptions, verb } from '../frame';
import type { Frame } from '../frame';
import { eventAddresses, heardSensors } from '../event-addresses';
import { launcherEnds } from '../launcher-ends';
import { defaultState, resolveSettings } from '../settings';
import type { Resolved } from '../settings';
import { followUp } from '../views/follow-up';

const Options = CommonOptions.extend({
  fresh: z.boolean().default(false),
  useServer: z.boolean().default(false),
  foreground: z.boolean().default(false),
  remember: z.boolean(),
  only: z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(PartName).min(1))
    .optional(),
});

/** `perennial up`: starts the embedded stack and leaves it running, or holds it with --foreground. */
export function registerUp(program: Command): void {
  verb(program, 'up', 'start Temporal, Postgres, workers and serving on this machine')
    .option('--fresh', 'start from an empty state folder')
    .option('--use-server', 'use the servers that TEMPORAL_ADDRESS and DATABASE_URL name')
    .option('--foreground', 'hold the stack: it ends with this command')
    .option('--no-remember', 'leave the stack that other commands find as it is: this one is found by --state alone')
    .option('--only <parts>', `start these parts only, comma-separated: ${PartName.options.join(', ')}`)
    .addHelpText(
      'after',
      `
Examples:
  perennial up
  perennial up --only temporal,postgres     # the servers alone: start workers yourself
With --json the result holds secrets: the bearer token, and the database's password inside postgresUrl. Both are also in
secrets.json of the state folder, which its owner alone can read; without --json neither is printed.`,
    )
    .action(act(up));
}

async function up(frame: Frame): Promise<undefined> {
  const options = frame.options(Options);
  const resolved = resolveSettings(options);
  const { settings } = resolved;
  const hears = await checkFirst(settings.project, options.only ?? PartName.options);
  const begun = Date.now();
  const { startStack } = await import('../../workers/embedded/stack.js');
  const stack = await startStack({
    state: folderToStart(resolved, frame),
    project: settings.project,
    fresh: options.fresh,
    useServer: options.useServer,
    remember: options.remember,
    only: options.only,
    onProgress: ({ part, state, text }) => {
      if (!frame.json && state !== 'starting') frame.note(`${part}: ${text}`);
    },
  });
  const { addresses, token, temporalCli, pids } = stack;
  if (!options.foreground) await stack.detach();
  const events = await eventAddresses(addresses.postgresUrl, hears, begun);
  frame.result({ state: stack.state, addresses, events, token, temporalCli, pids, kept: !options.foreground }, () =>
    [
      `Temporal       ${addresses.temporal}`,
      ...(addresses.temporalUi === null ? [] : [`Temporal UI    ${addresses.temporalUi}`]),
      ...(addresses.serving === null ? [] : [`Predictions    ${addresses.serving}`]),
      ...Object.entries(addresses.metrics).map(([part, url]) => `Metrics        ${url} (${part})`),
      ...events.map(({ sensor, address, error }) => `Events         ${error ?? address} (${sensor})`),
      `State          ${stack.state}`,
      ...followUp(stack.state, resolveSettings({}).settings.state, options.foreground),
    ].join('\n'),
  );
  if (!options.foreground) return undefined;
  frame.note(`${await launcherEnds()}: ending the stack`);
  await stack.stop();
  return undefined;
}

/**
 * What would end a worker's start is told before anything is started or made.
 *
 * @returns the sensors whose events the workers will listen for
 */
async function checkFirst(project: string, parts: readonly PartName[]): Promise<SensorKey[]> {
  const pools = WORKERS.filter(({ name }) => parts.includes(name)).map(({ pool }) => pool);
  if (pools.length === 0) return [];
  const { refuseFaultyProject } = await import('../check-project.js');
  const pipelines = await refuseFaultyProject(project, pools);
  return parts.includes('worker-cpu') ? heardSensors(pipelines) : [];
}

/** The state folder; not that of the last stack when it is gone: whoever removed it does not expect to find it made again. */
function folderToStart({ settings, sources }: Resolved, frame: Frame): string {
  const main = defaultState(settings.project);
  const { state } = settings;
  if (sources.state !== 'stack' || state === main || existsSync(state)) return state;
  frame.note(`${state}, the state folder of the last stack started here, is gone: starting in ${main}`);
  return main;
}
