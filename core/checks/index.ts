import { PerennialError, ERRORS } from '../errors';
import type { Plan } from '../plan/plan';
import { checkFinalBodies } from './check-final';
import { checkLeaks } from './check-leaks';
import { checkNames } from './check-names';
import { checkOverrides } from './check-overrides';
import { checkSize } from './check-size';
import { checkSwitches } from './check-switches';
import { checkUnusedConfig, checkUnusedOutputs } from './check-unused';
import { checkWaits } from './check-waits';
import type { Finding } from './finding';

export { checkProject, type ProjectFacts } from './check-project';
export { checkTriggers, type Leads } from './check-triggers';
export { checkImplementations, checkPools, type StepsByPool } from './check-workers';
export type { Finding } from './finding';

const CHECKS: readonly ((plan: Plan) => Finding[])[] = [
  checkNames,
  checkSize,
  checkLeaks,
  checkFinalBodies,
  checkOverrides,
  checkSwitches,
  checkWaits,
  checkUnusedConfig,
  checkUnusedOutputs,
];

/** Everything that can be said about a plan by itself, errors and warnings. */
export function findingsOf(plan: Plan): Finding[] {
  return CHECKS.flatMap((check) => check(plan));
}

/**
 * Refuses a plan that cannot be run.
 *
 * @throws the first error's code, with the messages of all
 */
export function checkPlan(plan: Plan): void {
  refuse(findingsOf(plan));
}

/**
 * Throws when there are errors among findings: the first one's code, with the messages of all.
 */
export function refuse(findings: readonly Finding[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const [first, ...others] = errors;
  if (!first) return;
  // The first one's repair is put at the end: it is said once for all findings of its code.
  const more = others.map(({ code, message, repair }) => ` Also: ${message}${code === first.code ? '' : ` ${repair}`}`);
  throw new PerennialError(first.code, ERRORS[first.code], first.message + more.join(''));
}
