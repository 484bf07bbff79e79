import type { Command } from 'commander';
import { z } from 'zod';
import { act, CommonOptions, verb } from '../frame';
import { shellWord } from '../views/shell-word';

const Options = CommonOptions.extend({ engine: z.string().min(1).optional() });

/** `perennial init <folder>`: writes a project of one's own. Needs no server and no network. */
export function registerInit(program: Command): void {
  verb(program, 'init <folder>', 'write a project: a pipeline, a step file for each pool, a model, a test')
    .option(
      '--engine <spec>',
      'what its package.json names perennial-ml by: a version, file:<packed file> (default: what runs now)',
    )
    .addHelpText(
      'after',
      `
Examples:
  perennial init churn && cd churn && npm install && npm test
  perennial init . --engine 0.1.0
What is there already is never written over: it is told, and nothing is written.`,
    )
    .action(
      act(async (frame) => {
        const { engine } = frame.options(Options);
        const { writeProject } = await import('../init/write-project.js');
        const target = frame.argument(0);
        frame.result(writeProject(target, engine), ({ folder, files, engine: named }) =>
          [
            `Wrote ${files.length} files to ${folder} (perennial-ml: ${named}).`,
            `Next: cd ${shellWord(target)} && npm install && npm run check && npm test`,
          ].join('\n'),
        );
        return undefined;
      }),
    );
}
