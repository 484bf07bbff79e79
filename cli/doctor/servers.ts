import { Client } from 'pg';
import type { Settings } from '../settings';
import { missingSearchAttributes } from '../../workers/search-attributes';
import { check } from './finding';
import type { Finding } from './finding';

const NO_STACK = 'Start a stack with `perennial up`, or set TEMPORAL_ADDRESS and DATABASE_URL.';

/** Temporal: whether it answers, its version, and the search attributes. */
export function checkTemporal(settings: Settings): Promise<Finding>[] {
  const address = settings.temporalAddress;
  if (address === null)
    return [Promise.resolve({ check: 'Temporal', status: 'fail', found: 'no address is known', fix: NO_STACK })];
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
      const missing = await missingSearchAttributes(address, namespace);
      if (missing.length === 0) return { status: 'ok', found: 'all registered', fix: '' };
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
          const { rows } = await client.query<{ version: string; migrated: string | null }>(
            "SELECT current_setting('server_version') AS version, to_regclass('public.schema_version')::text AS migrated",
          );
          const [row] = rows;
          const found = `${row?.version ?? '?'} at ${new URL(url).host}`;
          if (row?.migrated == null)
            return { status: 'fail', found: `${found}, not migrated`, fix: 'Run `perennial migrate`.' };
          return { status: 'ok', found, fix: '' };
        } finally {
          await client.end();
        }
      },
    ),
  ];
}
