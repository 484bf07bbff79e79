import type { Pool } from 'pg';
import { perennialError } from '../core/errors';
import { finalText } from '../core/nodes/final-text';
import type { Plan } from '../core/plan/plan';
import { type Container, containersOf, outlineOf } from '../core/rerun/outline';
import { findNode } from '../store/nodes/find-node';
import type { NodeRow } from '../store/nodes/node-row';
import type { RunRow } from '../store/runs/run-row';

/**
 * What keeps an approval that was skipped or has no record from asking, as far as it lies in what it stands in. Inside a map
 * of an arm that was not taken nothing but the map has a record.
 *
 * @returns PER_KEEP_014 it never will, PER_KEEP_012 it is too early; null: it is not for what it stands in
 */
export async function whyNotBegun(
  db: Pool,
  plan: Plan,
  run: RunRow,
  address: string,
  isSkipped: boolean,
): Promise<Error | null> {
  const around = await Promise.all(
    containersOf(outlineOf(plan), address).map(async (each) => ({
      ...each,
      row: await findNode(db, run.id, each.address),
    })),
  );
  const what = `'${address}' of ${run.id}`;
  const final = around.map((each) => closedFinal(what, run, each)).find((error) => error !== null) ?? null;
  if (final !== null) return final;
  if (isSkipped)
    return perennialError('PER_KEEP_014', `${what} was skipped: its arm was not taken, and nobody was asked.`);
  return around.map((each) => ended(what, each)).find((error) => error !== null) ?? null;
}

interface Around extends Container {
  readonly row: NodeRow | null;
}

/** A final body that the run has not come to, or that is for another end. */
function closedFinal(what: string, { status }: RunRow, { node, row }: Around): Error | null {
  if (node.kind !== 'finally' || (row !== null && row.status !== 'skipped')) return null;
  const stands = `it stands in '${node.id}', a final body that ${finalText(node, status)}`;
  const isEarly = row === null && status === 'running';
  if (isEarly) return perennialError('PER_KEEP_012', `${what} has not begun: ${stands}.`);
  return perennialError('PER_KEEP_014', `${what} was not reached: ${stands}. Nobody was asked.`);
}

/** What has ended, or was skipped, begins nothing more. */
function ended(what: string, { address, row }: Around): Error | null {
  if (row === null || row.ended_at === null) return null;
  const why = row.status === 'skipped' ? 'was skipped: its arm was not taken' : `has ended as ${row.status}`;
  return perennialError(
    'PER_KEEP_014',
    `${what} was not reached: '${address}', which it stands in, ${why}. Nobody was asked.`,
  );
}
