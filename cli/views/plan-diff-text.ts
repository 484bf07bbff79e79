import type { Changed, Edge, NamedDifferences, PlanDifferences } from '../../core/plan/plan-differences';
import type { ValueDifference } from '../../core/plan/value-differences';
import { cell } from './cut';

/** How two plans differ, for people: `+` what is new, `-` what is gone, `~` what is not as it was. */
export function planDiffText(found: PlanDifferences): string {
  const { nodes, edges, contracts, config, rest } = found;
  if (found.same) return 'The plans are the same.';
  const arrows = [
    ...edges.removed.map((edge) => `  - ${arrow(edge)}`),
    ...edges.added.map((edge) => `  + ${arrow(edge)}`),
  ];
  return [
    ...part('nodes', namedLines(nodes)),
    ...part('edges', arrows),
    ...part('contracts', namedLines(contracts)),
    ...part('config', config.map(line)),
    ...part('pipeline', rest.map(line)),
  ].join('\n');
}

function part(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}

function namedLines({ added, removed, changed }: NamedDifferences): string[] {
  return [
    ...removed.map((name) => `  - ${name}`),
    ...added.map((name) => `  + ${name}`),
    ...changed.flatMap(({ name, differences }: Changed) => [
      `  ~ ${name}`,
      ...differences.map((one) => `  ${line(one)}`),
    ]),
  ];
}

function arrow({ from, to, kind }: Edge): string {
  return `${from} ${kind === 'value' ? '->' : '-.->'} ${to}`;
}

function line({ what, was, is }: ValueDifference): string {
  if (was === null) return `  + ${what}: ${shown(is)}`;
  if (is === null) return `  - ${what}: ${shown(was)}`;
  return `  ~ ${what}: ${shown(was)} -> ${shown(is)}`;
}

function shown(value: string | null): string {
  return cell(value);
}
