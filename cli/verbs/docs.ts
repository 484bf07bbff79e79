import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { act, CommonOptions, verb } from '../frame';
import { bringUpToDate, compareFolder, type Staleness } from '../project-docs/keep-pages';
import { pagesOf } from '../project-docs/pages';
import { readProject } from '../read-project';

const Options = CommonOptions.extend({ out: z.string().min(1).optional(), check: z.boolean().default(false) });

/** `perennial docs`: a Markdown page for each pipeline of the project. Needs no server. */
export function registerDocs(program: Command): void {
  verb(program, 'docs', 'write a Markdown page for each pipeline: graph, config, steps, what starts it, owners')
    .option('--out <folder>', "where to (default: docs/pipelines in the project's folder)")
    .option('--check', 'write nothing; end with 1 when the folder is out of date')
    .addHelpText(
      'after',
      `
Examples:
  perennial docs
  perennial docs --check    # in CI
Descriptions are those of zod's .describe() and of the option \`description\` of pipelines, models and steps. Pages are known
by their first line: those of pipelines that are gone are removed, files that were not made by this are left alone.`,
    )
    .action(
      act(async (frame) => {
        const { out, check, ...flags } = frame.options(Options);
        const project = await readProject(flags);
        const folder = out === undefined ? join(project.folder, 'docs', 'pipelines') : resolve(out);
        const pages = pagesOf(project);
        const found = check ? compareFolder(folder, pages) : bringUpToDate(folder, pages);
        const stale = [...found.missing, ...found.changed, ...found.surplus];
        if (check && stale.length > 0) throw perennialError('PER_STACK_062', `${folder}: ${staleText(found)}.`);
        frame.result({ folder, pages: pages.size, ...found }, () =>
          stale.length === 0 ? `${folder} is up to date.` : `${folder}: ${staleText(found)}; it is up to date now.`,
        );
        return undefined;
      }),
    );
}

function staleText({ missing, changed, surplus }: Staleness): string {
  const parts = [
    ['missing', missing],
    ['out of date', changed],
    ['of no pipeline', surplus],
  ] as const;
  return parts.flatMap(([what, names]) => (names.length === 0 ? [] : [`${what}: ${names.join(', ')}`])).join('; ');
}
