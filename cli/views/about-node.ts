import { givenIn } from '../../client/given';
import { exprText } from '../../core/expr/text';
import { answerText } from '../../core/nodes/answer-text';
import { withArticle } from '../../core/nodes/article';
import { finalText } from '../../core/nodes/final-text';
import { waitText } from '../../core/nodes/wait';
import type { PlanNode } from '../../core/plan/plan';
import { containersOf, idIn, type Outline } from '../../core/rerun/outline';
import { hasBegun } from '../../store/nodes/has-begun';
import type { NodeRow } from '../../store/nodes/node-row';
import type { RunRow } from '../../store/runs/run-row';

/** What a plan says of a node that no step's code executes, and what came of it, in a sentence. */
export function aboutNode(node: PlanNode, row: NodeRow): string {
  switch (node.kind) {
    case 'branch':
      return `A branch on ${exprText(node.when)}${armText(row, node.else === null)}`;
    case 'switch':
      return `A switch on ${exprText(node.on)}${armText(row, node.else === null)}`;
    case 'map':
      return `A map over ${exprText(node.over)}${itemsText(row)}.`;
    case 'approval':
      return `An approval: ${approvalText(row)}.`;
    case 'wait':
      return `A wait ${waitText(node)}${momentText(row)}.`;
    case 'until':
      return `A repetition, ${node.max} times at most.`;
    case 'call':
      return `A call of ${node.pipeline}: ${hasBegun(row) ? `the run ${row.run_id}/${row.address}` : 'it was not started'}.`;
    case 'finally':
      return `A final body, which runs ${node.when === 'always' ? 'however the run ends' : 'when the run has failed'}.`;
    case 'step':
      return `A step ${node.step}.`;
  }
}

/**
 * Why a node has been skipped or has not begun: what it stands in took another arm, or has not begun; a final body waits for
 * the end of the run, or is for another end. null: none of these.
 *
 * @param rows by address, of what it stands in
 * @param run the status of its run
 */
export function whyOutside(
  outline: Outline,
  address: string,
  rows: ReadonlyMap<string, NodeRow>,
  run: RunRow['status'],
): string | null {
  const own = outline.get(idIn(address));
  if (own === undefined) return null;
  if (own.node.kind === 'finally') return `It ${finalText(own.node, run)}.`;
  const containers = containersOf(outline, address).map((each) => ({ ...each, row: rows.get(each.address) }));
  for (const { node, row } of containers) {
    if (node.kind === 'finally' && (row === undefined || row.status === 'skipped'))
      return `It stands in ${node.id}, a final body that ${finalText(node, run)}.`;
    const arm = row === undefined ? null : takenArm(row);
    const taken = arm === null ? null : `the arm '${arm}' of ${node.id}`;
    if (taken === null || own.path.includes(taken)) continue;
    const stands = own.path.find((name) => name.endsWith(` of ${node.id}`)) ?? 'another arm';
    return `It stands in ${stands}, which took '${arm ?? ''}'${reasonText(node)}.`;
  }
  const waits = containers.findLast(({ row }) => row === undefined);
  return waits === undefined
    ? null
    : `It stands in ${waits.address}, ${withArticle(waits.node.kind)} that has not begun.`;
}

function reasonText(node: PlanNode): string {
  if (node.kind === 'branch') return ` by ${exprText(node.when)}`;
  return node.kind === 'switch' ? ` by ${exprText(node.on)}` : '';
}

function armText(row: NodeRow, isElseEmpty: boolean): string {
  const arm = takenArm(row);
  if (arm === null) return '.';
  return `: it took the arm '${arm}'${arm === 'else' && isElseEmpty ? ', which is empty' : ''}.`;
}

function itemsText(row: NodeRow): string {
  const items = valueIn(row, 'items');
  return typeof items === 'number' ? `: ${items} ${items === 1 ? 'item' : 'items'}` : '';
}

function momentText(row: NodeRow): string {
  const until = valueIn(row, 'until');
  return typeof until === 'string' ? `: until ${until}` : '';
}

function approvalText(row: NodeRow): string {
  const { status, output } = row;
  const given = status === 'completed' ? givenIn(output) : null;
  if (given !== null) return answerText(given);
  if (status === 'waiting') return 'it waits for an answer';
  return hasBegun(row) ? 'nobody has answered it' : 'nobody was asked';
}

function takenArm(row: NodeRow): string | null {
  const arm = valueIn(row, 'arm');
  return typeof arm === 'string' ? arm : null;
}

/** What the record of a node that no step executes says about it. */
function valueIn({ input }: NodeRow, key: string): unknown {
  return input !== null && typeof input === 'object' && !Array.isArray(input)
    ? Object.entries(input).find(([name]) => name === key)?.[1]
    : undefined;
}
