import type { Command } from 'commander';
import { z } from 'zod';
import { act, CommonOptions, verb } from '../frame';
import { runEngineProgram } from '../engine-program';

const Options = CommonOptions.extend({
  port: z.string().regex(/^\d+$/, 'a port').default('0'),
  host: z.string().min(1).optional(),
});

/** `perennial serve`: runs the prediction API in the foreground. */
export function registerServe(program: Command): void {
  verb(program, 'serve', 'run the prediction API')
    .option('--port <port>', 'port to listen on; 0 takes a free one', '0')
    .option('--host <address>', 'address to bind to; anything but loopback needs PERENNIAL_TOKEN')
    .addHelpText('after', '\nExample:\n  perennial serve --port 7400')
    .action(
      act((frame) => {
        const options = frame.options(Options);
        const host = options.host === undefined ? {} : { PERENNIAL_HOST: options.host };
        return runEngineProgram('serving/main.js', ['--port', options.port], options, host);
      }),
    );
}
