import type { Command } from 'commander';
import { DemoOptions } from '../demo/options';
import { act, verb } from '../frame';
import type { Frame } from '../frame';
import { resolveSettings } from '../settings';

/** `perennial demo`: the whole loop on half a year of flights, from an empty state folder. */
export function registerDemo(program: Command): void {
  verb(program, 'demo', 'play the whole loop on half a year of real flights: train, serve, monitor, retrain')
    .option('--keep', 'leave the stack up at the end')
    .option('--use-server', 'use the servers that TEMPORAL_ADDRESS and DATABASE_URL name')
    .option('--rows <n>', 'flights asked for in each week, at most (default 5000)')
    .option('--seed <n>', 'seed of the sample (default 2001)')
    .addHelpText('after', '\nExample:\n  perennial demo --keep')
    .action(act(demo));
}

async function demo(frame: Frame): Promise<undefined> {
  const options = frame.options(DemoOptions);
  const { settings } = resolveSettings(options);
  const { runDemo } = await import('../demo/run-demo.js');
  const { printSummary } = await import('../demo/print-summary.js');
  frame.result(await runDemo({ ...options, project: settings.project }, frame), printSummary);
  return undefined;
}
