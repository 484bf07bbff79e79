import { workflowInfo } from '@temporalio/workflow';
import { backfill } from './backfill';
import { keeper } from './keeper';
import { mapShard } from './map-shard';
import { reportCause } from './report-cause';
import { runPipeline } from './run-pipeline';
import { scheduledRun } from './scheduled-run';
import { serveType } from './serve-type';

/**
 * A workflow by the type that Temporal shows. Declared as a method because each takes an argument of its own, and what
 * Temporal hands over is not known to be one: a wrong form fails the workflow's task, which a mended worker can go on with.
 */
type AnyWorkflow = { run(argument: unknown): Promise<unknown> }['run'];

/** The engine's own workflows. Their types have a dot, which no exported name can have. */
const ENGINE: { readonly [type: string]: AnyWorkflow } = {
  'perennial.backfill': backfill,
  'perennial.keeper': keeper,
  'perennial.map-shard': mapShard,
  'perennial.report-cause': reportCause,
  'perennial.scheduled-run': scheduledRun,
};

const PIPELINE: AnyWorkflow = runPipeline;

/** Serves every workflow type. */
export default async function run(argument: unknown): Promise<unknown> {
  return serveType(workflowInfo().workflowType, ENGINE, PIPELINE)(argument);
}
