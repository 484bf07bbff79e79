#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { EXIT } from './exit-codes';
import { printError } from './frame';
import { VERBS } from './verbs';
import { engineVersion } from './version';

/** The command `perennial`. Each verb lives in cli/verbs and loads what it needs when it runs. */
export function buildProgram(): Command {
  const program = new Command('perennial')
    .description('Durable machine learning pipelines that keep their models fresh.')
    .version(engineVersion())
    .showHelpAfterError('(--help shows what is possible)')
    .exitOverride();
  for (const register of VERBS) register(program);
  return program;
}

async function main(argv: readonly string[]): Promise<void> {
  try {
    await buildProgram().parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      return;
    }
    printError(error, argv.includes('--json'));
    process.exitCode = EXIT.failed;
  }
}

/** Runs the command and ends the process with its exit code. */
export async function run(argv: readonly string[]): Promise<void> {
  await main(argv);
  // A forgotten timer or socket of a library must not hold the command; what was printed is flushed first.
  process.stdout.write('', () => process.stderr.write('', () => process.exit()));
}

if (require.main === module) void run(process.argv);
