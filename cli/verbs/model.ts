import type { Command } from 'commander';
import type { Pool } from 'pg';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { listDecisions } from '../../store/keeper/list-decisions';
import { championOf } from '../../store/models/champion-of';
import { findModelVersion } from '../../store/models/find-model-version';
import { listModelVersions } from '../../store/models/list-model-versions';
import { modelHistory } from '../../store/models/model-history';
import { Limit, Moment } from '../arguments/fields';
import { EXIT } from '../exit-codes';
import { act, CommonOptions, type Frame, verb } from '../frame';
import { withRecords } from '../open';
import { decisionsText, historyText, type VersionView, versionText } from '../views/model-view';
import { registerRetrain } from './model-retrain';

const HistoryOptions = CommonOptions.extend({
  limit: Limit,
  before: z.coerce.number().int().positive().optional(),
  at: Moment.optional(),
});
const Version = z.coerce.number({ error: 'a version is a whole number, from 1' }).int().positive();
const DecisionsOptions = CommonOptions.extend({ limit: Limit, before: z.string().optional() });

/** `perennial model history | show | decisions | retrain <name>`. */
export function registerModel(program: Command): void {
  const model = program
    .command('model')
    .description('one model: its versions, promotions and decisions; ask for a new version');
  registerHistory(model);
  registerShowVersion(model);
  registerDecisions(model);
  registerRetrain(model);
}

function registerHistory(model: Command): void {
  verb(model, 'history <name>', 'the promotion log: which version was champion when, why, by whom; newest first')
    .option('--at <time>', 'only who was champion at this recorded time, like 2026-02-01T00:00:00Z')
    .option('--limit <count>', 'how many at most, 1 to 1000 (default: 20)')
    .option('--before <seq>', 'those before this number: the next page')
    .addHelpText(
      'after',
      `
Examples:
  perennial model history flight-delays
  perennial model history flight-delays --at 2026-02-01T00:00:00Z
With --at the exit code is 1 when nothing was champion then.`,
    )
    .action(
      act(async (frame) => {
        const { at, limit, before, ...flags } = frame.options(HistoryOptions);
        const name = frame.argument(0);
        if (at !== undefined) return withRecords(flags, (db) => showChampionAt(frame, db, name, at));
        const page = { limit, ...(before === undefined ? {} : { before }) };
        lines(frame, await withRecords(flags, (db) => modelHistory(db, name, page)), historyText);
        return undefined;
      }),
    );
}

async function showChampionAt(frame: Frame, db: Pool, name: string, at: string): Promise<0 | 1> {
  const champion = await championOf(db, name, at);
  frame.result({ model: name, at, champion }, () =>
    champion === null
      ? `${name} had no champion at ${at}.`
      : `${name} v${champion.version} was champion at ${at}, since ${champion.recorded_at}: ${champion.reason}`,
  );
  return champion === null ? EXIT.failed : EXIT.done;
}

function registerShowVersion(model: Command): void {
  verb(
    model,
    'show <name> [version]',
    'one version: what it was trained on, its metrics, its judgement, the run that made it',
  )
    .addHelpText('after', '\nExample:\n  perennial model show flight-delays 2\nWithout a number: the champion.')
    .action(
      act(async (frame) => {
        const flags = frame.options(CommonOptions);
        const [name, version] = [frame.argument(0), versionOf(frame.args[1])];
        const view = await withRecords(flags, (db) => readVersion(db, name, version));
        frame.result(view, versionText);
        return undefined;
      }),
    );
}

/** A version as it is given on the command line.
 *
 * @throws PER_STACK_011 when it is no whole number from 1
 */
export function versionOf(given: string | undefined): number | undefined {
  const parsed = Version.optional().safeParse(given);
  if (parsed.success) return parsed.data;
  throw perennialError('PER_STACK_011', `'${given ?? ''}' is no version: give a whole number, from 1.`);
}

/**
 * A version of a model, the champion when no number is given.
 *
 * @throws PER_KEEP_001 when it has no version at all, PER_RUN_198 when it has not this one, or no champion
 */
export async function readVersion(db: Pool, name: string, version: number | undefined): Promise<VersionView> {
  const champion = await championOf(db, name);
  const wanted = version ?? champion?.version;
  const found = wanted === undefined ? null : await findModelVersion(db, name, wanted);
  if (found === null) {
    const [newest] = await listModelVersions(db, name, { limit: 1 });
    if (newest === undefined) throw perennialError('PER_KEEP_001', `The records hold no version of '${name}'.`);
    const what =
      wanted === undefined ? `No version of '${name}' is champion` : `There is no version ${wanted} of '${name}'`;
    throw perennialError('PER_RUN_198', `${what}; its newest is ${newest.version}.`);
  }
  return { version: found, champion: champion?.version === wanted };
}

function registerDecisions(model: Command): void {
  verb(model, 'decisions <name>', 'what the keeper decided, refusals too, by which rule and why; newest first')
    .option('--limit <count>', 'how many at most, 1 to 1000 (default: 20)')
    .option('--before <decision>', 'those before this one: the next page')
    .addHelpText('after', '\nExample:\n  perennial model decisions flight-delays --json')
    .action(
      act(async (frame) => {
        const { limit, before, ...flags } = frame.options(DecisionsOptions);
        const page = { limit, ...(before === undefined ? {} : { before }) };
        lines(frame, await withRecords(flags, (db) => listDecisions(db, frame.argument(0), page)), decisionsText);
        return undefined;
      }),
    );
}

/** A list: with --json one object a line, otherwise a table. */
function lines<T>(frame: Frame, rows: readonly T[], human: (rows: readonly T[], width: number | null) => string): void {
  if (frame.json) for (const row of rows) frame.result(row, () => '');
  else frame.line(human(rows, frame.width));
}
