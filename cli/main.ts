#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { perennialError } from '../core/errors';
import { enterPreview } from './preview/enter';
import { nearest } from '../core/define/nearest';
import { EXIT, exitCodeOf } from './exit-codes';
import { printError } from './frame';
import { VERBS } from './verbs';
import { engineVersion } from './version';

/** The command `perennial`. Each verb lives in cli/verbs and loads what it needs when it runs. */
export function buildProgram(): Command {
  const program = new Command('perennial')
    .description('Durable machine learning pipelines that keep their models fresh.')
    .version(engineVersion())
    .option('--preview <name>', 'work in this preview instead of production (or PERENNIAL_PREVIEW)')
    .hook('preAction', (_program, command) => {
      enterPreview(command);
    })
    .showHelpAfterError('(--help shows what is possible)')
    .exitOverride();
  for (const register of VERBS) register(program);
  return program;
}

/**
 * Of a verb that takes an argument and has verbs below it (`plan`, `schedules`), the one that a misspelt word was meant for:
 * commander takes that word for the argument. Null: none is near.
 */
export function meantVerb(program: Command, words: readonly string[]): string | null {
  const parent = program.commands.find(
    ({ commands }, i) => commands.length > 0 && words[0] === program.commands[i]?.name(),
  );
  const names = parent?.commands.map((command) => command.name()) ?? [];
  const meant = nearest(words[1] ?? '', names);
  return parent === undefined || meant === null ? null : `perennial ${parent.name()} ${meant}`;
}

/** An older Node cannot load some of the packages: better said here than by one of them. */
function requireNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw perennialError('PER_STACK_001', `This is Node ${process.versions.node}.`);
}

async function main(argv: readonly string[]): Promise<void> {
  const program = buildProgram();
  try {
    requireNode();
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      const meant = error.code === 'commander.excessArguments' ? meantVerb(program, argv.slice(2)) : null;
      if (meant !== null) console.error(`(Did you mean '${meant}'?)`);
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      return;
    }
    printError(error, argv.includes('--json'));
    process.exitCode = exitCodeOf(error);
  }
}

/** Runs the command and ends the process with its exit code. */
export async function run(argv: readonly string[]): Promise<void> {
  await main(argv);
  // A forgotten timer or socket of a library must not hold the command; what was printed is flushed first.
  process.stdout.write('', () => process.stderr.write('', () => process.exit()));
}

if (require.main === module) void run(process.argv);
