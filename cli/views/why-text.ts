import { saying } from '../../core/interpret/intervention';
import { table } from '../frame';
import type { WhyView } from '../read-why';
import { cacheSentence } from './cache-text';
import { cell } from './cut';
import type { NodeView } from './node-view';
import { offBy } from './run-view';

/** Why a node ran or was reused, for people: a sentence, and what differed. */
export function whyText({ run, address, view, against, differences, needs }: WhyView): string {
  if (view === null) {
    const rows = needs.map((need) => [need.address, need.status ?? 'not begun']);
    const none = 'It needs nothing: the arm, or the item, that it stands in has not begun, or was not taken.';
    const list = rows.length === 0 ? none : `It reads, or comes after:\n${table(['node', 'status'], rows)}`;
    return `${address} has not begun in ${run}. ${list}`;
  }
  const compared = against === null ? [] : [`Compared with ${against.address} of ${against.run}:`];
  const rows = differences.map(({ part, what, was, is }) => [part, what, cell(was), cell(is)]);
  return [
    `${address} in ${run}: ${view.node.status}.`,
    ...sentences(view),
    ...compared,
    ...(rows.length === 0 ? [] : [table(['part', 'what', 'was', 'is'], rows)]),
    ...(against !== null && rows.length === 0 ? ['The records do not hold what exactly.'] : []),
  ].join('\n');
}

function sentences(view: NodeView): string[] {
  const { node } = view;
  const failed = node.error === null ? [] : [`Its last error: ${node.error.message} (${node.error.type}).`];
  if (node.reused_from !== null)
    return [`Reused: a rerun took its output over from ${node.reused_from}; nothing that it depends on was touched.`];
  if (node.given !== null) return [`Not executed: its output was ${saying('given', node.given)}.`];
  if (node.kind !== 'step') return [`A ${node.kind}: it began when what it needs had ended.`, ...failed];
  return [cacheSentence(node.cache, offBy(node, view)), ...failed];
}
