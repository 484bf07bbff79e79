import { actingUser } from '../../client/acting-user';
import type { Command } from 'commander';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { Moment } from '../arguments/fields';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { readProject } from '../read-project';

const Options = CommonOptions.extend({
  at: Moment.optional(),
  by: z.string().min(1).optional(),
  why: z.string().min(1, 'give a reason, or leave --why out').max(2_000).optional(),
});

/** `perennial model retrain <name>`: reports a person's cause. The keeper decides; with Temporal down the cause waits. */
export function registerRetrain(model: Command): void {
  verb(model, 'retrain <name>', 'ask the keeper of a model for a new version; it decides, and records why')
    .option('--at <time>', "when, in the data's time, like 2001-02-01T00:00:00.000Z (default: the model's own clock)")
    .option('--by <name>', 'who asks (default: the user of the operating system)')
    .option('--why <text>', 'the reason, for the records')
    .addHelpText(
      'after',
      `
Examples:
  perennial model retrain flight-delays --at 2001-02-01T00:00:00.000Z
  perennial model retrain flight-delays --why 'a new airport'
A model whose clock is 'event' tells the time by its newest judged window: before the first one, --at is needed.
\`perennial model decisions <name>\` shows what the keeper made of it.`,
    )
    .action(
      act(async (frame) => {
        const { at, by, why, ...flags } = frame.options(Options);
        const name = frame.argument(0);
        const cause = await withRecords(flags, async (db) => {
          const declared = await findDeclared(flags, name);
          const { reportCause } = await import('../../client/report-cause.js');
          const evidence = { by: by ?? actingUser(), ...(why === undefined ? {} : { why }) };
          return reportCause({ db }, declared, {
            kind: 'person',
            evidence,
            ...(at === undefined ? {} : { eventTime: at }),
          });
        });
        frame.result(
          { model: name, cause: cause.id, eventTime: cause.eventTime },
          (told) =>
            `Asked for a version of ${name} at ${told.eventTime}. \`perennial model decisions ${name}\` shows the answer.`,
        );
        return undefined;
      }),
    );
}

/** @throws PER_KEEP_001 naming the models that the project has */
async function findDeclared(
  flags: CommonOptions,
  name: string,
): Promise<{ readonly name: string; readonly clock: 'wall' | 'event' }> {
  const { models } = await readProject(flags);
  const found = models.find((model) => model.name === name);
  if (found) return found;
  const known = models.map((model) => model.name).join(', ') || 'none';
  throw perennialError('PER_KEEP_001', `The project has no model '${name}' (known: ${known}).`);
}
