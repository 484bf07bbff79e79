import type { Command } from 'commander';
import { z } from 'zod';
import { perennialError } from '../../core/errors';

/** Verbs that are about a stack as a whole: a preview has none of its own. */
const OUTSIDE = new Set(['up', 'down', 'dev', 'demo', 'init']);

const Named = z.object({ preview: z.string().optional() });

/**
 * Before any verb acts: a preview that the command line names is the environment's from here on, so that no verb can lose it
 * on the way and act on production.
 *
 * @throws PER_STACK_011 for a verb that a preview has no use for
 */
export function enterPreview(command: Command): void {
  const { preview = '' } = Named.parse(command.optsWithGlobals());
  if (preview !== '') process.env['PERENNIAL_PREVIEW'] = preview;
  const named = process.env['PERENNIAL_PREVIEW'] ?? '';
  if (named === '' || !OUTSIDE.has(command.name())) return;
  throw perennialError(
    'PER_STACK_011',
    `'${command.name()}' does not act in a preview, and '${named}' is named: leave --preview and PERENNIAL_PREVIEW out.`,
  );
}
