import { isObject, type Json } from '../core/plan/json';
import type { Expr } from '../core/plan/plan';
import { configOfSeen } from '../core/expr/config-of-seen';
import { sensedRunId } from '../core/sensors/sensor';
import type { Seen } from '../store/sensors/record-seen';
import type { TriggeredPayload } from '../store/triggers/triggered-payload';
import { checkConfig, type RunnablePipeline } from './runnable';

/** What a sensor has seen, and how that reads. */
export interface Sight {
  readonly event: string;
  readonly payload: Json;
  /** For people, on one line. */
  readonly why: string;
}

/** A sensor as far as its runs are concerned. */
export interface Starting {
  readonly name: string;
  readonly config: Expr;
}

/**
 * The run that something seen starts.
 *
 * @throws PER_RUN_013 where the pipeline refuses the config that the sensor makes of it, PER_FLOW_001 where none can be made
 */
export function runOf(pipeline: RunnablePipeline, sensor: Starting, { event, payload, why }: Sight): TriggeredPayload {
  const config = configOfSeen(sensor.config, payload);
  checkConfig(pipeline, config);
  const run = sensedRunId(pipeline.name, sensor.name, event);
  return { pipeline: pipeline.name, run, config: isObject(config) ? config : {}, why };
}

/**
 * The same for what nobody waits to be told of: where there can be no run the reason is kept in its place. To start one that fails
 * at once would tell less, and to try again would hold up what comes after.
 */
export function sensedRun(pipeline: RunnablePipeline, sensor: Starting, sight: Sight): Seen {
  const { event, payload } = sight;
  try {
    return { event, payload, starts: runOf(pipeline, sensor, sight) };
  } catch (error) {
    // A schema's own code may throw anything.
    return { event, payload, starts: { refused: error instanceof Error ? error.message : String(error) } };
  }
}
