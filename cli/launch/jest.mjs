// Runs jest for test.mjs and ends with it: a killed test run must not go on holding the stack of the tests.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './inputs.mjs';

process.on('disconnect', () => process.exit(1));
await createRequire(join(root, 'package.json'))('jest').run(process.argv.slice(2));
// Jest leaves the exit code to be set at exit; what a test forgot to close must not hold the run.
process.exit();
