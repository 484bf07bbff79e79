import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { perennialError } from '../../core/errors';
import { WORKFLOW_POOL } from '../../core/plan/workflow-pool';
import { listBuilds } from '../../store/workers/list-builds';
import { describeDeployment, makeCurrent } from './deployment';
import type { OpenWorkflow } from './open-workflows';
import { tellUntilHeard } from './tell-of-current';

interface Line {
  readonly temporal: Client;
  readonly db: Pool;
}

/** What making a build current did. */
export interface MadeCurrent {
  readonly build: string;
  /** The one before; null: none was current. */
  readonly previous: string | null;
  /** Keepers and back-fills that were told to move: each does with its next history. */
  readonly told: number;
}

/**
 * The pools that a build needs workers of before it is made current, and lacks.
 *
 * @param asked pools that its project's pipelines need; null: its project is not at hand, and those of the current build are asked for
 */
export async function lackedPools(
  { temporal, db }: Line,
  build: string,
  asked: readonly string[] | null,
): Promise<string[]> {
  const { current } = await describeDeployment(temporal);
  const workers = await listBuilds(db);
  const poolsOf = (of: string | null): string[] => workers.filter((one) => one.build === of).map(({ pool }) => pool);
  const there = poolsOf(build);
  const needed = new Set([WORKFLOW_POOL, ...(asked ?? poolsOf(current))]);
  return [...needed].filter((pool) => !there.includes(pool)).sort();
}

/**
 * Makes a build the current one. Runs that began with another stay with it; keepers and back-fills are told to move.
 *
 * @param asked pools that its project's pipelines need; null: its project is not at hand
 * @throws PER_RUN_171 naming the pools that it has no worker for, PER_STACK_009 when Temporal does not answer
 * @example
 * await setCurrent(connection, '3f9a1c0b2d4e-77aa01bc92fe', ['cpu', 'gpu']);
 */
export async function setCurrent(line: Line, build: string, asked: readonly string[] | null): Promise<MadeCurrent> {
  const lacked = await lackedPools(line, build, asked);
  if (lacked.length > 0) {
    const pools = lacked.map((pool) => `'${pool}'`).join(', ');
    throw perennialError('PER_RUN_171', `No worker of the build ${build} works on ${pools}.`);
  }
  const { current: previous } = await describeDeployment(line.temporal);
  if (previous !== build) await makeCurrent(line.temporal, build);
  return { build, previous, told: await tellUntilHeard(line.temporal, build) };
}

/** Of workflows pinned to builds, those whose build has no worker that could go on with them. */
export async function strandedAmong(db: Pool, open: readonly OpenWorkflow[]): Promise<OpenWorkflow[]> {
  const workers = await listBuilds(db);
  const atWork = new Set(workers.filter(({ pool }) => pool === WORKFLOW_POOL).map(({ build }) => build));
  // Those written by hand have workers of their own, which the records do not know.
  return open.filter(({ pinnedTo, byHand }) => pinnedTo !== null && !byHand && !atWork.has(pinnedTo));
}
