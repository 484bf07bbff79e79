import { Client, Connection as TemporalConnection } from '@temporalio/client';
import type { Pool } from 'pg';
import { perennialError } from '../core/errors';
import { openDb } from '../store/db';
import { flushTracing, openTracing } from '../telemetry';
import { startSpans } from './start-span';

/** An open line to one stack: Temporal, which runs, and Postgres, which remembers. */
export interface Connection {
  readonly temporal: Client;
  readonly db: Pool;
  close(): Promise<void>;
}

/** Where a stack answers. */
export interface ConnectOptions {
  /** host:port of Temporal's front end. */
  readonly address: string;
  readonly namespace?: string;
  readonly databaseUrl: string;
  /** ms until an unreachable server is given up on. */
  readonly timeout?: number;
}

/**
 * Connects to Temporal and Postgres.
 *
 * @throws PER_STACK_009 when Temporal does not answer, PER_STACK_010 when Postgres does not
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const temporal = await connectTemporal(options);
  const db = openDb(options.databaseUrl);
  try {
    await db.query('SELECT 1');
  } catch (cause) {
    await Promise.allSettled([db.end(), temporal.connection.close()]);
    const { hostname, port } = new URL(options.databaseUrl);
    throw perennialError(
      'PER_STACK_010',
      `Postgres at ${hostname}:${port || '5432'} does not answer (${reason(cause)}).`,
      {
        cause,
      },
    );
  }
  return {
    temporal,
    db,
    async close() {
      await Promise.allSettled([db.end(), temporal.connection.close(), flushTracing()]);
    },
  };
}

/**
 * Connects to Temporal alone, for those who hold a pool already.
 *
 * @throws PER_STACK_009 when it does not answer
 */
export async function connectTemporal(options: Omit<ConnectOptions, 'databaseUrl'>): Promise<Client> {
  try {
    const connection = await TemporalConnection.connect({
      address: options.address,
      connectTimeout: options.timeout ?? 5_000,
    });
    const tracing = await openTracing({ name: 'perennial-client' });
    const interceptors = tracing === null ? {} : { interceptors: { workflow: [startSpans(tracing)] } };
    return new Client({ connection, namespace: options.namespace ?? 'default', ...interceptors });
  } catch (cause) {
    throw perennialError('PER_STACK_009', `Temporal at ${options.address} does not answer (${reason(cause)}).`, {
      cause,
    });
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
