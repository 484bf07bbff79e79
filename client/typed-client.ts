import { type ConfigOf, type OutputOf, type Pipeline } from '../core';
import { jsonOf } from '../core/plan/json';
import { type Connection, type ConnectOptions, connect as open } from './connection';
import { handleOf, type RunHandle } from './run-handle';
import { startPartition } from './start-partition';
import { startRun } from './start-run';

/** How a run is started. */
export interface StartOptions {
  /** The run's own id. Default: `<pipeline>-<time>-<random>`. One id is one run for ever. */
  readonly id?: string;
  /** Key of the partition that it works on, where the pipeline has any. The default id is then `<pipeline>:<partition>`. */
  readonly partition?: string;
  /** True: every node runs, whatever the cache holds. */
  readonly noCache?: boolean;
}

/** An open line to a stack, for programs that start runs and read them. Its types are those of the pipelines. */
export interface PerennialClient {
  /**
   * Starts a run. The config is checked here first.
   *
   * @throws PER_RUN_013 config refused, PER_RUN_015 the id is taken, PER_RUN_120 to PER_RUN_125 about the partition,
   * PER_STACK_009 Temporal unreachable
   */
  start<P extends Pipeline>(pipeline: P, config: ConfigOf<P>, options?: StartOptions): Promise<RunHandle<OutputOf<P>>>;
  /** The run of an id, under way or past. Asks nobody yet. */
  run<P extends Pipeline>(pipeline: P, id: string): RunHandle<OutputOf<P>>;
  close(): Promise<void>;
}

/**
 * Connects to a stack: Temporal, which runs, and Postgres, which remembers.
 *
 * @throws PER_STACK_009 when Temporal does not answer, PER_STACK_010 when Postgres does not
 * @example
 * const client = await connect({ address: '127.0.0.1:7233', databaseUrl });
 * const run = await client.start(trainChurn, { table: 'events', seeds: [1, 2] });
 * for await (const event of run.events()) {
 *   if (event.type === 'node-asks') await run.approve(event.address, { approved: true, by: 'ana' });
 * }
 * const { auc } = await run.outputOf(train, 'per-seed[0]/train');
 * const deployed = await run.result();
 */
export async function connect(options: ConnectOptions): Promise<PerennialClient> {
  return clientOver(await open(options));
}

/** A client over a connection that is open already. */
export function clientOver(connection: Connection): PerennialClient {
  return {
    async start(pipeline, config, { id, noCache, partition } = {}) {
      const request = {
        pipeline: pipeline.name,
        config: jsonOf(config),
        ...(id !== undefined && { runId: id }),
        ...(noCache !== undefined && { noCache }),
      };
      const { runId } = await (partition === undefined
        ? startRun(connection, [pipeline], request)
        : startPartition(connection, [pipeline], { ...request, partition }));
      return handleOf(connection, pipeline, runId);
    },
    run: (pipeline, id) => handleOf(connection, pipeline, id),
    close: () => connection.close(),
  };
}
