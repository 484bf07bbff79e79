import type { Client } from '@temporalio/client';
import { Client as PgClient, type Pool } from 'pg';
import type { Logger } from 'pino';
import { z } from 'zod';
import { signalKeeper } from '../client/signal-keeper';
import { startTriggered } from '../client/start-triggered';
import { temporalFailure } from '../client/temporal-errors';
import { isPerennialError, perennialError } from '../core/errors';
import { parseKeeperEvent } from '../core/keep/parse-event';
import { transaction } from '../store/db';
import { markDispatched } from '../store/outbox/mark-dispatched';
import { takeOutboxRow, type OutboxRow } from '../store/outbox/take-row';
import type { TriggeredPayload } from '../store/triggers/triggered-payload';
import type { Service } from './services';
import { repeat } from './repeat';

/** What the dispatcher needs. */
export interface OutboxDependencies {
  readonly db: Pool;
  readonly temporal: Client;
  /** For the connection of its own that hears notifications. */
  readonly databaseUrl: string;
  readonly log: Logger;
  /** ms between looks when no notification comes. */
  readonly interval?: number;
}

const INTERVAL = 1_000;
/** ms that a signal may take: a row is locked and a connection held meanwhile. */
const DEADLINE = 10_000;
/** A row that fails is tried again after 1 s, 2 s, 4 s ... at most 5 min, and never holds up the others. */
const LONGEST_PAUSE = 300_000;

/** Rows that failed: how often, and when they may be tried again, by the process's clock that never jumps (ms). */
export type Failures = Map<string, { readonly tries: number; readonly again: number }>;

/**
 * Dispatches the outbox until it is stopped: each row becomes a signal to its model's keeper, which is started if need be, or
 * the run that a data set or a sensor starts. At least once; the keeper drops what it has heard, and a run's id is made of what starts it.
 * Any number of processes may do this at once.
 */
export function startOutbox(dependencies: OutboxDependencies): Service {
  const { log, interval = INTERVAL } = dependencies;
  const failures: Failures = new Map();
  const loop = repeat(
    interval,
    (stopping) => dispatchOpen(dependencies, failures, stopping),
    (error) => {
      log.warn({ err: error }, 'the outbox could not be dispatched; it is tried again');
    },
  );
  const listener = listen(dependencies, () => {
    loop.wake();
  });
  return {
    async stop() {
      await Promise.all([loop.stop(), listener.stop()]);
    },
  };
}

/**
 * Dispatches every open row once.
 *
 * @param failures carried from pass to pass; a row in it waits for its time
 * @returns how many were dispatched
 * @throws PER_STACK_009 when Temporal does not answer: the rest would fail likewise
 */
export async function dispatchOpen(
  dependencies: Pick<OutboxDependencies, 'db' | 'temporal' | 'log'>,
  failures: Failures,
  stopping: () => boolean = () => false,
): Promise<number> {
  let count = 0;
  while (!stopping()) {
    const now = performance.now();
    const waiting = [...failures].filter(([, failure]) => failure.again > now).map(([id]) => id);
    const taken = await transaction(dependencies.db, async (tx) => {
      const row = await takeOutboxRow(tx, waiting);
      if (row && (await dispatched(dependencies, row, failures))) {
        await markDispatched(tx, row.id);
        count += 1;
      }
      return row;
    });
    if (!taken) break;
  }
  return count;
}

async function dispatched(
  { temporal, log }: Pick<OutboxDependencies, 'temporal' | 'log'>,
  row: OutboxRow,
  failures: Failures,
): Promise<boolean> {
  try {
    await temporal.withDeadline(Date.now() + DEADLINE, deliveryOf(row, { temporal, log }));
    failures.delete(row.id);
    return true;
  } catch (error) {
    const failure = temporalFailure(error);
    if (isPerennialError(failure) && failure.code === 'PER_STACK_009') throw failure;
    const tries = (failures.get(row.id)?.tries ?? 0) + 1;
    const pause = Math.min(LONGEST_PAUSE, 1_000 * 2 ** (tries - 1));
    failures.set(row.id, { tries, again: performance.now() + pause });
    log.error({ err: failure, row: row.id, kind: row.kind, tries, again_in_ms: pause }, 'an outbox row failed');
    return false;
  }
}

/** What a row asks for. */
function deliveryOf(
  row: OutboxRow,
  { temporal, log }: Pick<OutboxDependencies, 'temporal' | 'log'>,
): () => Promise<void> {
  if (row.kind !== 'dataset' && row.kind !== 'sensor') {
    const { model, event } = readEvent(row);
    return () => signalKeeper(temporal, model, event);
  }
  const triggered = readTriggered(row);
  return async () => {
    if (await startTriggered(temporal, triggered)) {
      // Not the config: what came from outside is no matter of the log.
      const { pipeline, run, why } = triggered;
      log.info({ pipeline, run, why }, row.kind === 'dataset' ? 'a data set started a run' : 'a sensor started a run');
    }
  };
}

const Payload = z.object({ model: z.string().min(1), event: z.unknown() });
const Triggered = z.object({
  pipeline: z.string().min(1),
  run: z.string().min(1),
  config: z.record(z.string(), z.json()),
  why: z.string(),
});

function readTriggered(row: OutboxRow): TriggeredPayload {
  const parsed = Triggered.safeParse(row.payload);
  if (parsed.success) return parsed.data;
  throw perennialError('PER_RUN_146', `The outbox row '${row.id}' of kind '${row.kind}' names no run.`);
}

function readEvent(row: OutboxRow) {
  const payload = Payload.safeParse(row.payload);
  const event = payload.success ? parseKeeperEvent(payload.data.event) : null;
  if (!payload.success || !event) {
    throw perennialError(
      'PER_KEEP_003',
      `The outbox row '${row.id}' of kind '${row.kind}' holds no event for a keeper.`,
    );
  }
  return { model: payload.data.model, event };
}

/** Hears notifications on a connection of its own. They only hasten: without them the interval does the work. */
function listen({ databaseUrl, log }: OutboxDependencies, heard: () => void): Service {
  let client: PgClient | null = null;
  const loop = repeat(
    5_000,
    async () => {
      if (client) return;
      const fresh = new PgClient({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
      const lost = () => {
        if (client === fresh) client = null;
      };
      fresh.on('error', lost).on('end', lost).on('notification', heard);
      await fresh.connect();
      client = fresh;
      await fresh.query('LISTEN perennial_outbox');
      heard();
    },
    (error) => {
      log.debug({ err: error }, 'no notifications of the outbox now; it is looked at by the clock');
    },
  );
  return {
    async stop() {
      await loop.stop();
      await client?.end().catch(() => undefined);
    },
  };
}
