import type { Command } from 'commander';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { act, CommonOptions, type Frame, verb } from '../frame';
import { reachableSettings, resolveSettings } from '../settings';
import { createdText, droppedText, previewsText } from '../views/preview-text';

/** `perennial preview create|list|drop`: a branch's own queues, records and artifacts beside production's. */
export function registerPreview(program: Command): void {
  const preview = program
    .command('preview')
    .description('try a branch on what production has: own queues, own records, artifacts read from production');
  registerCreate(preview);
  verb(preview, 'list', 'list the previews that lie beside these records')
    .addHelpText('after', '\nExample:\n  perennial preview list --json')
    .action(
      act(async (frame) => {
        const flags = frame.options(CommonOptions);
        const { listPreviews } = await import('../preview/list.js');
        const previews = await listPreviews(reachableSettings({ ...flags, preview: null }));
        if (frame.json) for (const one of previews) frame.result(one, () => '');
        else frame.line(previewsText(previews, frame.width));
        return undefined;
      }),
    );
  registerDrop(preview);
}

const CreateOptions = CommonOptions.extend({
  base: z.url({ protocol: /^postgres(ql)?$/, error: 'it is not the URL of a Postgres database' }).optional(),
  baseArtifacts: z.string().min(1).optional(),
  withSchedules: z.boolean().default(false),
});

function registerCreate(preview: Command): void {
  verb(preview, 'create <name>', 'make a preview of what production has now')
    .option('--base <url>', "production's records, where they are not those that bare commands use")
    .option(
      '--base-artifacts <folder>',
      "root of production's artifact store; needed with --base (default: that of the settings)",
    )
    .option('--with-schedules', 'let schedules, triggers, deadlines and sensors run in it')
    .addHelpText(
      'after',
      `
Examples:
  perennial preview create fix-age
  perennial worker --pool cpu --preview fix-age
  perennial run train-churn --config @config.json --preview fix-age
  perennial preview drop fix-age
Production is only read: its records in one transaction while the preview is made, its artifacts whenever a run asks for one.`,
    )
    .action(act(create));
}

async function create(frame: Frame): Promise<undefined> {
  const { base = null, baseArtifacts: artifacts = null, withSchedules, ...flags } = frame.options(CreateOptions);
  const name = frame.argument(0);
  const named = flags.preview ?? process.env['PERENNIAL_PREVIEW'] ?? '';
  if (named !== '') {
    throw perennialError(
      'PER_STACK_087',
      `'${name}' would be made in the preview '${named}' (--preview or PERENNIAL_PREVIEW); there is no preview of a preview.`,
    );
  }
  if (base !== null && artifacts === null) {
    throw perennialError(
      'PER_STACK_011',
      '--base needs --base-artifacts: the store of the artifacts that those records name.',
    );
  }
  const { createPreview } = await import('../preview/create.js');
  const settings = reachableSettings({ ...flags, preview: null });
  const created = await createPreview(settings, { name, base, artifacts, withSchedules });
  const bare = resolveSettings({ preview: null }).settings;
  frame.result(created, (value) => createdText(value, settings.state === bare.state ? null : settings.state));
  return undefined;
}

const DropOptions = CommonOptions.extend({ force: z.boolean().default(false) });

function registerDrop(preview: Command): void {
  verb(preview, 'drop <name>', 'throw a preview away: what is open in it, its records, its artifacts')
    .option('--force', 'also while its workers are there')
    .addHelpText(
      'after',
      '\nExample:\n  perennial preview drop fix-age\nOne that was cut short, or was never whole, is dropped by the same command again.',
    )
    .action(
      act(async (frame) => {
        const { force, ...flags } = frame.options(DropOptions);
        const { dropPreview } = await import('../preview/drop.js');
        const settings = reachableSettings({ ...flags, preview: null });
        frame.result(await dropPreview(settings, frame.argument(0), force), droppedText);
        return undefined;
      }),
    );
}
