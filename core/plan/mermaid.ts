import { readNodes } from '../expr/reads';
import { exprText } from '../expr/text';
import { readsOf } from '../nodes';
import { waitText } from '../nodes/wait';
import type { Body, Expr, Plan, PlanNode } from './plan';

/** What the drawing collects, in the order of the plan, so that equal plans have equal text. */
interface Drawing {
  readonly lines: string[];
  readonly edges: string[];
  /** Node id of the plan -> name in the diagram. A node's id may hold signs that Mermaid reads as syntax. */
  readonly names: Map<string, string>;
}

/**
 * A plan as a Mermaid flowchart, for documents and for `perennial plan --mermaid`. Boxes are steps (with their pool when
 * it is not `cpu`), framed groups are maps, branches, repetitions and final bodies, rounded boxes approvals, hexagons
 * waits, boxes with double sides called pipelines. Limits are drawn where the pipeline states them: the engine's own, like the
 * items of a map that run at once, are no part of the plan. A solid arrow is a value that is used, a dotted one an order without a
 * value (`after`).
 *
 * @example
 * planToMermaid(plan) // 'flowchart TD\n  n0["collect"]\n  n1["train<br/>pool gpu"]\n  n0 --> n1\n'
 */
export function planToMermaid(plan: Plan): string {
  const drawing: Drawing = { lines: [], edges: [], names: new Map() };
  nameNodes(plan.body, drawing.names);
  drawBody(plan.body, plan, drawing, '  ');
  return ['flowchart TD', ...drawing.lines, ...drawing.edges.map((edge) => `  ${edge}`), ''].join('\n');
}

function nameNodes(body: Body, names: Map<string, string>): void {
  for (const node of body.nodes) {
    names.set(node.id, `n${names.size}`);
    for (const inner of bodiesOf(node)) nameNodes(inner.body, names);
  }
}

function drawBody(body: Body, plan: Plan, drawing: Drawing, indent: string): void {
  for (const node of body.nodes) {
    drawNode(node, plan, drawing, indent);
    const name = nameOf(node.id, drawing);
    const needed = new Set(readsOf(node).flatMap(readNodes));
    for (const source of needed) drawing.edges.push(`${nameOf(source, drawing)} --> ${name}`);
    for (const earlier of node.after) {
      if (!needed.has(earlier)) drawing.edges.push(`${nameOf(earlier, drawing)} -.-> ${name}`);
    }
  }
}

function drawNode(node: PlanNode, plan: Plan, drawing: Drawing, indent: string): void {
  const name = nameOf(node.id, drawing);
  if (node.kind === 'step') {
    drawing.lines.push(`${indent}${name}["${stepLabel(node.id, node.step, plan)}"]`);
    return;
  }
  if (node.kind === 'approval') {
    drawing.lines.push(`${indent}${name}(["${escaped(node.id)}<br/>approval"])`);
    return;
  }
  if (node.kind === 'wait') {
    drawing.lines.push(`${indent}${name}{{"${escaped(node.id)}<br/>waits ${escaped(waitText(node))}"}}`);
    return;
  }
  if (node.kind === 'call') {
    const label = node.id === node.pipeline ? '' : `<br/>${escaped(node.pipeline)}`;
    drawing.lines.push(`${indent}${name}[["${escaped(node.id)}${label}<br/>pipeline"]]`);
    return;
  }
  drawing.lines.push(`${indent}subgraph ${name}["${groupLabel(node)}"]`);
  for (const [at, inner] of bodiesOf(node).entries()) drawInner(`${name}_${at}`, inner, plan, drawing, indent);
  drawing.lines.push(`${indent}end`);
}

/** An arm of a branch is framed of its own; a map's body needs no second frame. */
function drawInner(name: string, inner: Inner, plan: Plan, drawing: Drawing, indent: string): void {
  if (inner.label === null) {
    drawBody(inner.body, plan, drawing, `${indent}  `);
    return;
  }
  drawing.lines.push(`${indent}  subgraph ${name}["${escaped(inner.label)}"]`);
  drawBody(inner.body, plan, drawing, `${indent}    `);
  drawing.lines.push(`${indent}  end`);
}

interface Inner {
  readonly label: string | null;
  readonly body: Body;
}

function bodiesOf(node: PlanNode): readonly Inner[] {
  if (node.kind === 'map' || node.kind === 'until' || node.kind === 'finally')
    return [{ label: null, body: node.body }];
  if (node.kind === 'switch') {
    const cases = node.cases.map(({ value, body }) => ({ label: value, body }));
    return [...cases, ...(node.else === null ? [] : [{ label: 'else', body: node.else }])];
  }
  if (node.kind !== 'branch') return [];
  const otherwise = node.else === null ? [] : [{ label: 'else', body: node.else }];
  return [{ label: 'then', body: node.then }, ...otherwise];
}

function stepLabel(id: string, step: string, plan: Plan): string {
  const pool = plan.steps[step]?.pool ?? 'cpu';
  const parts = [escaped(id)];
  if (step !== id) parts.push(`step ${escaped(step)}`);
  if (pool !== 'cpu') parts.push(`pool ${escaped(pool)}`);
  return parts.join('<br/>');
}

type GroupNode = Extract<PlanNode, { kind: 'map' | 'branch' | 'switch' | 'until' | 'finally' }>;

function groupLabel(node: GroupNode): string {
  return `${escaped(node.id)}: ${groupText(node)}`;
}

function groupText(node: GroupNode): string {
  switch (node.kind) {
    case 'branch':
      return escaped(exprText(node.when));
    case 'switch':
      return `by ${escaped(exprText(node.on))}`;
    case 'until':
      return `again until ${escaped(doneText(node.body.output))}, at most ${node.max} times`;
    case 'finally':
      return node.when === 'always' ? 'at the end, in any case' : 'at the end, when the run failed';
    case 'map': {
      const limit = node.maxParallel === null ? '' : `, ${node.maxParallel} at once`;
      const tolerated = node.tolerate === undefined ? '' : `, ${node.tolerate} may fail`;
      return `for each of ${escaped(exprText(node.over))}${limit}${tolerated}`;
    }
  }
}

function doneText(output: Expr): string {
  return output.op === 'object' && output.fields['done'] ? exprText(output.fields['done']) : 'done';
}

function nameOf(id: string, drawing: Drawing): string {
  return drawing.names.get(id) ?? id;
}

/** Mermaid reads markup inside quoted labels; these entities are its own way to write the signs. */
function escaped(text: string): string {
  return text.replace(/[&"<>#]/g, (sign) => `#${sign.charCodeAt(0)};`);
}
