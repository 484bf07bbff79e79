import type { Command } from 'commander';
import { z } from 'zod';
import { act, CommonOptions, verb } from '../frame';
import { runEngineProgram } from '../engine-program';

const Options = CommonOptions.extend({
  pool: z.string().min(1),
  slots: z
    .string()
    .regex(/^[1-9]\d*$/, 'a count')
    .optional(),
  devices: z.string().min(1).optional(),
  metricsPort: z.string().regex(/^\d+$/, 'a port').optional(),
});

/** `perennial worker --pool <name>`: runs one worker in the foreground. */
export function registerWorker(program: Command): void {
  verb(program, 'worker', 'run a worker of a pool; `cpu` also runs the workflows')
    .requiredOption('--pool <name>', 'the pool whose steps it runs')
    .option('--slots <count>', 'executions at once (default: 200; for the pool gpu one a device)')
    .option('--devices <list>', "GPUs, as CUDA names them: '0,1', or 'none' (default for the pool gpu: all)")
    .option(
      '--metrics-port <port>',
      'serve metrics for Prometheus at this port, 0 for any free one (default: PERENNIAL_METRICS_PORT; without it none)',
    )
    .addHelpText(
      'after',
      `
Examples:
  perennial worker --pool cpu
  perennial worker --pool gpu --devices 0,1
  perennial worker --pool cpu --preview fix-age
Exit codes: 0 it was told to end, 2 something has to be mended before it can work, or its preview was dropped, 1 anything else.`,
    )
    .action(
      act((frame) => {
        const options = frame.options(Options);
        const slots = options.slots === undefined ? [] : ['--slots', options.slots];
        const devices = options.devices === undefined ? [] : ['--devices', options.devices];
        const metrics = options.metricsPort === undefined ? [] : ['--metrics-port', options.metricsPort];
        return runEngineProgram('workers/main.js', ['--pool', options.pool, ...slots, ...devices, ...metrics], options);
      }),
    );
}
