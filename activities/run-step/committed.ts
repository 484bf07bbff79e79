import type { Json } from '../../core';
import { perennialError } from '../../core/errors';
import type { StepArgument } from '../../core/interpret/activity';
import { differencesText } from '../../core/plan/value-differences';
import { findNode } from '../../store/nodes/find-node';
import type { NodeRow } from '../../store/nodes/node-row';
import type { Call } from './call';
import { withRecords } from './records';

/**
 * The output that a node had committed before. In a pipeline it is the answer, since a node of a plan is always asked for
 * the same. Code that is written by hand may come to another question under the same id when it is tried again.
 *
 * @throws PER_RUN_114
 */
export async function committedBefore(
  { dependencies, argument, watch }: Pick<Call, 'dependencies' | 'argument' | 'watch'>,
  output: Json,
): Promise<Json> {
  watch.as('repeated');
  const { run, address, handWritten = false } = argument;
  if (!handWritten) return output;
  const node = await withRecords('read what was asked for', () => findNode(dependencies.db, run, address));
  const otherwise = node === null ? null : askedOtherwise(node, argument);
  if (otherwise === null) return output;
  throw perennialError('PER_RUN_114', `'${address}' of run ${run} has its output already, of another ${otherwise}.`);
}

/** How what is asked of a node is not what its record says; null: it is. */
export function askedOtherwise(
  was: Pick<NodeRow, 'step' | 'input'>,
  is: Pick<StepArgument, 'step' | 'input'>,
): string | null {
  if (was.step !== is.step) return `step: it was ${was.step ?? 'none'} and is ${is.step}`;
  const differences = differencesText(was.input, is.input);
  return differences === null ? null : `input: ${differences}`;
}
