import type { Pool } from 'pg';
import { perennialError } from '../../core/errors';
import { isNumbered } from '../../core/nodes';
import type { PlanNode } from '../../core/plan/plan';
import type { Outline } from '../../core/rerun/outline';
import { listNodes } from '../../store/nodes/list-nodes';

/** Where a person looked for a step. */
export interface Found {
  readonly run: string;
  readonly address: string;
  readonly outline: Outline;
  readonly node: PlanNode;
}

/** How many of a node's steps the error names. */
const SHOWN = 5;
/** How many nodes of a run are looked through for them. */
const LOOKED_AT = 1_000;

/** The error for a node that has no code of its own: it says what it is, and which steps there are inside of it. */
export async function notAStep(db: Pool, found: Found): Promise<Error> {
  const { run, address, node } = found;
  if (node.kind === 'approval') {
    return perennialError('PER_RUN_046', `'${address}' is an approval: a person answers it, and no code runs.`);
  }
  if (node.kind === 'wait') {
    return perennialError('PER_RUN_046', `'${address}' is a wait: time passes, and no code runs.`);
  }
  if (node.kind === 'call') {
    const called = `${run}/${address}`;
    return perennialError('PER_RUN_046', `'${address}' is a call: its steps are those of the run ${called}.`);
  }
  const isItem = address.endsWith(']');
  const steps = await stepsInside(db, found, isItem);
  const named = steps.slice(0, SHOWN).join(', ');
  const more = steps.length > SHOWN ? `, and ${steps.length - SHOWN} more` : '';
  const said = steps.length === 0 ? 'none of its steps has begun' : `its steps are ${named}${more}`;
  return perennialError('PER_RUN_046', `'${address}' is ${isItem ? 'an item of' : ''} ${KINDS[node.kind]}: ${said}.`);
}

const KINDS: { readonly [kind in PlanNode['kind']]: string } = {
  step: 'a step',
  map: 'a map',
  branch: 'a branch',
  switch: 'a switch',
  approval: 'an approval',
  wait: 'a wait',
  until: 'a repetition',
  call: 'a call',
  finally: 'a final body',
};

/** Addresses of the steps that have begun inside a node, or inside an item of it. */
async function stepsInside(db: Pool, { run, address, outline, node }: Found, isItem: boolean): Promise<string[]> {
  const ids = idsInside(outline, node.id);
  const prefix = isItem ? `${address}/` : isNumbered(node) ? `${address}[` : address.slice(0, -node.id.length);
  const nodes = await listNodes(db, run, { limit: LOOKED_AT });
  return nodes.flatMap((one) =>
    one.kind === 'step' && ids.has(one.node) && one.address.startsWith(prefix) ? [one.address] : [],
  );
}

function idsInside(outline: Outline, id: string): Set<string> {
  const direct = outline.get(id)?.inside ?? [];
  return new Set(direct.flatMap((one) => [one, ...idsInside(outline, one)]));
}
