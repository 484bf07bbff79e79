import { DatabaseError } from 'pg';
import { describe, toApplicationFailure } from '../run-step/failure';
import { attendRetrain } from './attend-retrain';
import type { KeeperActivities } from './contract';
import type { KeepDependencies } from './dependencies';
import { promoteVersion } from './promote-version';
import { readKeeperState } from './read-keeper-state';
import { readModelFacts } from './read-model-facts';
import { recordDecision } from './record-decision';
import { reportCause } from './report-cause';

export type { AttendedRetrain, KeeperActivities, PromoteAnswer, RebuiltKeeper, ReportCauseInput } from './contract';
export type { KeepDependencies } from './dependencies';

/** The keeper's local activities, ready to be registered with a worker of the pool `cpu`. */
export function keeperActivities(dependencies: KeepDependencies): KeeperActivities {
  return {
    'perennial.keeper-state': ({ model }) => failing(readKeeperState(dependencies, model)),
    'perennial.model-facts': (argument) => failing(readModelFacts(dependencies, argument)),
    'perennial.record-decision': (argument) => failing(recordDecision(dependencies, argument)),
    'perennial.attend-retrain': (argument) => failing(attendRetrain(dependencies, argument)),
    'perennial.promote': (argument) => failing(promoteVersion(dependencies, argument)),
    'perennial.report-cause': (argument) => failing(reportCause(dependencies, argument)),
  };
}

/**
 * An error of the engine's table says by itself whether trying again can help; Temporal is told so. A value that Postgres
 * itself refuses (classes 22 and 23: no such text, number or instant; a constraint) is refused the next time too.
 */
async function failing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const failure = describe(error);
    throw toApplicationFailure({ ...failure, retryable: failure.retryable && !isRefusedValue(error) }, error);
  }
}

function isRefusedValue(error: unknown): boolean {
  return error instanceof DatabaseError && /^2[23]/.test(error.code ?? '');
}
