import { Client } from 'pg';
import type { Settings } from '../settings';
import { appliedMigration, newestMigration } from '../../store/migrate';
import { wrongSearchAttributes } from '../../workers/search-attributes';
import { check } from './finding';
import type { Finding } from './finding';

const NO_STACK = 'Start a stack with `perennial up`, or set TEMPORAL_ADDRESS and DATABASE_URL.';

/** Temporal: whether it answers, its version, and the search attributes. */
export function checkTemporal(settings: Settings): Promise<Finding>[] {
  const address = settings.temporalAddress;
  if (address === null)
    return [
      Promise.resolve({ check: 'Temporal', status: 'fail', found: 'no address is known', fix: NO_STACK }),
      Promise.resolve({ check: 'search attributes', status: 'skipped', found: 'no server to ask', fix: NO_STACK }),
    ];
  const namespace = settings.temporalNamespace;
  const down = `Check that the server runs and that TEMPORAL_ADDRESS (${address}) is right.`;
  return [
    check('Temporal', down, async () => {
      const { Connection } = await import('@temporalio/client');
      const connection = await Connection.connect({ address, connectTimeout: 5_000 });
      try {
        const { serverVersion } = await connection.workflowService.getSystemInfo({});
        await connection.workflowService.describeNamespace({ namespace });
        return { status: 'ok', found: `server ${serverVersion} at ${address}, namespace ${namespace}`, fix: '' };
      } finally {
        await connection.close();
      }
    }),
    check('search attributes', down, async () => {
      const { missing, mistyped } = await wrongSearchAttributes(address, namespace);
      if (mistyped.length > 0) {
        const fix = `Give ${namespace} up for another namespace, or remove them: temporal operator search-attribute remove ${mistyped.map((name) => `--name ${name}`).join(' ')}`;
        return { status: 'fail', found: `not of the type Keyword: ${mistyped.join(', ')}`, fix };
      }
      if (missing.length === 0) return { status: 'ok', found: 'all registered, all Keyword', fix: '' };
      const names = missing.map((name) => `--name ${name} --type Keyword`).join(' ');
      const fix = `A worker of the pool cpu registers them at its start; by hand: temporal operator search-attribute create ${names}`;
      return { status: 'fail', found: `missing: ${missing.join(', ')}`, fix };
    }),
  ];
}

/** Postgres: whether it answers, its version, and the schema's. */
export function checkPostgres(settings: Settings): Promise<Finding>[] {
  const url = settings.databaseUrl;
  if (url === null)
    return [Promise.resolve({ check: 'Postgres', status: 'fail', found: 'no URL is known', fix: NO_STACK })];
  return [
    check(
      'Postgres',
      'Check that the server runs and that DATABASE_URL is right (`perennial config` shows it).',
      async () => {
        const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
        await client.connect();
        try {
          const { rows } = await client.query<{ version: string }>(
            "SELECT current_setting('server_version') AS version",
          );
          return judgeSchema(`${rows[0]?.version ?? '?'} at ${new URL(url).host}`, await appliedMigration(client));
        } finally {
          await client.end();
        }
      },
    ),
  ];
}

/** Whether the schema of a database is the one that this code was written for. */
export function judgeSchema(
  server: string,
  applied: number | null,
  newest = newestMigration(),
): Omit<Finding, 'check'> {
  const migrate = 'Run `perennial migrate`.';
  if (applied === null) return { status: 'fail', found: `${server}, not migrated`, fix: migrate };
  const found = `${server}, schema ${applied} of ${newest}`;
  if (applied < newest) return { status: 'fail', found, fix: migrate };
  if (applied > newest) {
    return { status: 'fail', found, fix: 'The database is of a newer version: install that version of perennial-ml.' };
  }
  return { status: 'ok', found, fix: '' };
}
