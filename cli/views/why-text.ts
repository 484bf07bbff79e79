import { saying } from '../../core/interpret/intervention';
import { withArticle } from '../../core/nodes/article';
import { table } from '../frame';
import type { WhyView } from '../read-why';
import { cacheSentence } from './cache-text';
import { cell } from './cut';
import type { NodeView } from './node-view';
import { becauseOf, offBy, removedText } from './run-view';

/** Why a node ran or was reused, for people, within the width of a terminal if there is one: a sentence, and what differed. */
export function whyText(
  { run, address, view, against, differences, about, needs }: WhyView,
  width: number | null = null,
): string {
  const needed = needs.map((need) => [need.address, need.status ?? 'not begun']);
  const list = needed.length === 0 ? [] : [`It reads, or comes after:\n${table(['node', 'status'], needed, width)}`];
  if (view === null) {
    const isOfItem = /\[\d+\]\//.test(address);
    const none = `It needs nothing${isOfItem ? ': the item that it stands in has not begun' : ''}.`;
    const said = [...(about === null ? [] : [about]), ...list];
    return `${address} has not begun in ${run}. ${said.length === 0 ? none : said.join(' ')}`;
  }
  const compared = against === null ? [] : [`Compared with ${against.address} of ${against.run}:`];
  const rows = differences.map(({ part, what, was, is }) => [part, what, cell(was), cell(is)]);
  return [
    `${address} in ${run}: ${becauseOf(view.node) ?? view.node.status}.`,
    ...sentences(view, about),
    ...removed(view),
    ...list,
    ...compared,
    ...(rows.length === 0 ? [] : [table(['part', 'what', 'was', 'is'], rows, width)]),
    ...(against !== null && rows.length === 0 ? ['The records do not hold what exactly.'] : []),
  ].join('\n');
}

function removed({ run, node, executions }: NodeView): string[] {
  if (run.executions_removed_at === null || node.kind !== 'step' || node.fence === 0) return [];
  return executions.length > 0 || node.reused_from !== null ? [] : [removedText(run.executions_removed_at)];
}

function sentences(view: NodeView, about: string | null): string[] {
  const { node } = view;
  const because = becauseOf(node);
  const failed =
    node.error === null || because !== null ? [] : [`Its last error: ${node.error.message} (${node.error.type}).`];
  if (node.reused_from !== null)
    return [`Reused: a rerun took its output over from ${node.reused_from}; nothing that it depends on was touched.`];
  if (node.given !== null) return [`Not executed: its output was ${saying('given', node.given)}.`];
  if (node.status === 'skipped') return [`Skipped. ${about ?? 'The records do not tell why.'}`];
  if (node.kind !== 'step') return [about ?? `It is ${withArticle(node.kind)}.`, ...failed];
  if (because !== null) return [];
  return [cacheSentence(node.cache, offBy(node, view)), ...failed];
}
