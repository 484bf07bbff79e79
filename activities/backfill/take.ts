import type { Pool } from 'pg';
import type { Pipeline } from '../../core';
import { type Work, workOf } from '../../core/backfill/work-of';
import type { OpenPartition } from '../../core/backfill/window';
import { type PerennialError, perennialError } from '../../core/errors';
import type { RunInput } from '../../core/interpret/activity';
import { planHash } from '../../core/plan/hash';
import { type AskedBackfill, findAskedBackfill } from '../../store/backfills/find-asked';
import { listBackfillPartitions } from '../../store/backfills/list-backfill-partitions';
import { markPartitions } from '../../store/backfills/mark-partitions';
import { listPartitions } from '../../store/partitions/list-partitions';
import type { Taken } from './contract';

/** What the back-fill's activities need of the worker that they run in. */
export interface BackfillDependencies {
  readonly db: Pool;
  readonly pipelines: readonly Pipeline[];
}

/** Partitions that one look is about: most of them may have been done before. */
const PAGE = 500;

/** @throws PER_RUN_127 */
export async function knownBackfill(db: Pool, id: string): Promise<AskedBackfill> {
  const found = await findAskedBackfill(db, id);
  if (found) return found;
  throw unknownBackfill(id);
}

export function unknownBackfill(id: string): PerennialError {
  return perennialError('PER_RUN_127', `The records hold no back-fill '${id}'.`);
}

/** Takes the next partitions of a back-fill: those that are done are kept on the way. See BackfillActivities. */
export async function takePartitions(
  dependencies: BackfillDependencies,
  argument: { readonly backfill: string; readonly count: number; readonly open: readonly OpenPartition[] },
): Promise<{ readonly work: readonly Taken[]; readonly more: boolean }> {
  const { db } = dependencies;
  const { backfill, count, open } = argument;
  const row = await knownBackfill(db, backfill);
  const states = ['waiting', 'running'] as const;
  const page = await listBackfillPartitions(db, backfill, { limit: PAGE + open.length, states });
  const inHand = new Set(open.map(({ partition }) => partition));
  // What was taken and then forgotten, by a crash between the two, is decided about anew.
  const next = page.filter(({ partition }) => !inHand.has(partition));
  const decided = await decide(
    dependencies,
    row,
    next.map(({ partition }) => partition),
  );
  const work: Taken[] = [];
  let passed = 0;
  for (const { partition, what, input } of decided) {
    if (work.length === count) break;
    passed += 1;
    if (what.do !== 'keep') work.push({ partition, run: what.run, input });
  }
  const marks = decided.slice(0, passed).map(({ partition, what }) => {
    const state = what.do === 'keep' ? ('kept' as const) : ('running' as const);
    return { partition, state, run_id: what.run, reason: null };
  });
  await markPartitions(db, backfill, marks);
  return { work, more: passed < next.length || page.length === PAGE + open.length };
}

interface Decided {
  readonly partition: string;
  readonly what: Work;
  readonly input: RunInput | null;
}

/** @throws PER_RUN_012 */
export function knownPipeline(pipelines: readonly Pipeline[], name: string): Pipeline {
  const found = pipelines.find((one) => one.name === name);
  if (found) return found;
  const known = pipelines.map((one) => one.name).join(', ') || 'none';
  throw perennialError('PER_RUN_012', `There is no pipeline '${name}' (known: ${known}).`);
}

/**
 * What is to be done about some partitions, by what the records hold now.
 *
 * @throws PER_RUN_012 the pipeline is gone
 */
export async function decide(
  { db, pipelines }: BackfillDependencies,
  { pipeline: name, config, missing_only: missingOnly }: Pick<AskedBackfill, 'pipeline' | 'config' | 'missing_only'>,
  keys: readonly string[],
): Promise<Decided[]> {
  const pipeline = knownPipeline(pipelines, name);
  const plan = planHash(pipeline.plan);
  const facts = await listPartitions(db, name, keys);
  return facts.map((one) => {
    const what = workOf(one, { pipeline: name, plan, missingOnly });
    const { key: partition } = one;
    if (what.do !== 'start') return { partition, what, input: null };
    const input = { config, plan: 'current', partition };
    return { partition, what, input: what.parent === null ? input : { ...input, rerun: { parent: what.parent } } };
  });
}
