import type { Command } from 'commander';
import { z } from 'zod';
import type { GcParts } from '../../store/gc';
import { Length } from '../arguments/fields';
import { act, type Frame, verb } from '../frame';
import { ActorOptions, actorOf, withActor } from '../intervene';
import { withRecords } from '../open';
import { readProject } from '../read-project';
import { resolveSettings } from '../settings';
import { gcText, whyKeptText } from '../views/gc-text';

const DAY = 86_400_000;
/** ms between two words on the way. */
const PAUSE = 2_000;

const Options = ActorOptions.extend({
  keepRuns: z
    .union([z.literal('forever').transform(() => null), Length.refine((ms) => ms >= DAY, 'give a day at least')])
    .optional(),
  apply: z.boolean().default(false),
  limit: z.coerce.number().int().min(1).optional(),
  why: z.string().min(1).optional(),
  despitePreviews: z.boolean().default(false),
});

/** `perennial data gc`: removes artifacts that nothing needs; without --apply it says which. */
export function registerDataGc(data: Command): void {
  withActor(verb(data, 'gc', 'say which artifacts nothing needs any more, and with --apply remove them'))
    .option('--apply', 'remove them; without it nothing is removed')
    .option(
      '--keep-runs <length>',
      'how long runs that have ended, and the cache, keep theirs (default: retention.artifacts)',
    )
    .option('--limit <n>', 'so many artifacts at most, the oldest first')
    .option('--why <digest>', 'say what keeps this artifact; nothing is removed')
    .option('--despite-previews', 'also while there are previews, which may miss what goes')
    .addHelpText(
      'after',
      `
Examples:
  perennial data gc                                  # what would go
  perennial data gc --apply --keep-runs 90d
  perennial data gc --why 3fa9c1
Kept is what a pin, a tag, a model version, predictions, an open or young run, the ledger of partitions or a young output in the
cache names, with all that it was made from: docs/DATA-VERSIONS.md, Remove.
Exit codes: 0 done; 2 the folder is another stack's, or the records cannot be written; 4 another gc is under way, or there are previews.`,
    )
    .action(
      act(async (frame) => {
        const { why, ...options } = frame.options(Options);
        const { artifacts } = resolveSettings(options).settings;
        const keepRuns = options.keepRuns === undefined ? await keptRuns(options) : options.keepRuns;
        await withRecords(options, async (db, databaseUrl) => {
          const gc = await import('../../store/gc/index.js');
          const { apply, limit, despitePreviews } = options;
          const parts: GcParts = {
            ...{ db, databaseUrl, artifacts, keepRuns, apply, despitePreviews, ...actorOf(options) },
            ...(limit !== undefined && { limit }),
            progress: spaced(frame),
            each: (artifact) => {
              if (frame.json) console.log(JSON.stringify(artifact));
            },
          };
          if (why !== undefined) frame.result(await gc.tellWhyKept(parts, why), whyKeptText);
          else frame.result(await gc.removeUnneeded(parts), (done) => gcText(done, frame.width));
        });
        return undefined;
      }),
    );
}

async function keptRuns(flags: z.infer<typeof Options>): Promise<number | null> {
  return (await readProject(flags)).retention.artifacts;
}

/** Says how far it is, now and then. */
function spaced(frame: Frame): (text: string) => void {
  let last = Date.now();
  return (text) => {
    if (Date.now() - last < PAUSE) return;
    last = Date.now();
    frame.note(text);
  };
}
