import type { Command } from 'commander';
import { perennialError } from '../../core/errors';
import { act, CommonOptions, verb } from '../frame';
import { resolveSettings } from '../settings';

/** `perennial migrate`: brings the database to the newest schema. */
export function registerMigrate(program: Command): void {
  verb(program, 'migrate', 'bring the database to the newest schema')
    .addHelpText('after', '\nExample:\n  DATABASE_URL=postgres://perennial@db.example/perennial perennial migrate')
    .action(
      act(async (frame) => {
        const { settings } = resolveSettings(frame.options(CommonOptions));
        if (settings.databaseUrl === null) {
          throw perennialError(
            'PER_STACK_008',
            'No database is known: no stack runs here and DATABASE_URL is not set.',
          );
        }
        const { migrate } = await import('../../store/migrate.js');
        const applied = await migrate(settings.databaseUrl);
        frame.result({ applied }, () =>
          applied.length === 0 ? 'The schema is the newest.' : `Applied ${applied.map(String).join(', ')}.`,
        );
        return undefined;
      }),
    );
}
