import type { Pool } from 'pg';
import { perennialError } from '../../core/errors';
import type { Json } from '../../core/plan/json';
import type { PlanNode } from '../../core/plan/plan';
import { insideOfMap, noSuchNode } from '../../core/rerun/no-such-node';
import { type Outline, outlineOf, wholeAddress } from '../../core/rerun/outline';
import { targetOf } from '../../core/rerun/target';
import { findNode } from '../../store/nodes/find-node';
import type { NodeRow } from '../../store/nodes/node-row';
import { findPlan } from '../../store/plans/find-plan';
import { knownRun } from '../read-run';
import { notAStep } from './not-a-step';

/** What the records tell of the node that is to be spun. */
export interface RecordedNode {
  readonly step: string;
  readonly input: Json;
  /** null: it has not begun. */
  readonly row: NodeRow | null;
}

/**
 * The step of a node in a run, and the input that it was executed with.
 *
 * @param given an input to be used instead; the node need not have begun then
 * @throws PER_KEEP_004 unknown run, PER_RUN_036 unknown node, PER_RUN_046 not a step, PER_RUN_047 no recorded input
 */
export async function readRecordedNode(
  db: Pool,
  run: string,
  address: string,
  given: Json | undefined,
): Promise<RecordedNode> {
  const { plan_hash: hash } = await knownRun(db, run);
  const row = await findNode(db, run, address);
  if (row?.kind === 'step' && row.step !== null) {
    return { step: row.step, input: given === undefined ? inputOf(row) : given, row };
  }
  const kept = await findPlan(db, hash);
  if (kept === null) throw perennialError('PER_RUN_014', `The records hold no plan '${hash}' of ${run}.`);
  const outline = outlineOf(kept.plan);
  const node = nodeAt(outline, address);
  if (node.kind !== 'step' || address.endsWith(']')) throw await notAStep(db, { run, address, outline, node });
  if (given !== undefined) return { step: node.step, input: given, row };
  const state = row === null ? 'has not begun' : `was never executed (${row.status})`;
  throw perennialError('PER_RUN_047', `'${address}' of ${run} ${state}.`);
}

/** A claim always has an input, and a JSON null is one; an output that a person gave has none. */
function inputOf({ run_id: run, address, input, given }: NodeRow): Json {
  if (input !== null || given === null) return input;
  throw perennialError('PER_RUN_047', `The output of '${address}' in ${run} was given, not made by an execution.`);
}

/** The node of an address, which may name an item too. @throws PER_RUN_036 */
function nodeAt(outline: Outline, address: string): PlanNode {
  const place = placeOf(outline, address);
  const found = outline.get(place.node);
  if (found === undefined) throw noSuchNode(address, outline);
  const example = wholeAddress(outline, address);
  if (example === null) return found.node;
  throw insideOfMap(address, example);
}

function placeOf(outline: Outline, address: string): { readonly node: string; readonly at: readonly number[] } {
  const place = targetOf(outline, address.endsWith(']') ? { only: address } : { from: address });
  if (place !== null) return place;
  throw noSuchNode(address, outline);
}
