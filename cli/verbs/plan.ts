import type { Command } from 'commander';
import { z } from 'zod';
import type { Pipeline } from '../../core';
import { findingsOf } from '../../core/checks';
import { perennialError } from '../../core/errors';
import { planHash } from '../../core/plan/hash';
import { exprText } from '../../core/expr/text';
import { planToMermaid } from '../../core/plan/mermaid';
import { act, CommonOptions, table, verb } from '../frame';
import { readNodes } from '../../core/expr/reads';
import { bodiesOf, readsOf } from '../../core/nodes';
import { waitText } from '../../core/nodes/wait';
import type { Body, Plan, PlanNode } from '../../core/plan/plan';
import { readProject } from '../read-project';
import { registerPlanDiff } from './plan-diff';
import { sourceText } from '../../core/triggers/trigger';
import { deadlineText } from '../views/deadlines-view';
import { usesIn } from '../views/node-use';
import { sensorFacts, startsText } from '../views/sensors-view';

const Options = CommonOptions.extend({ mermaid: z.boolean().default(false) });

/** `perennial plan <pipeline>`: the plan that a run started now would carry. Needs no server. */
export function registerPlan(program: Command): void {
  const plan = verb(
    program,
    'plan <pipeline>',
    'show the plan of a pipeline: its nodes, what each waits for, the hash that names it',
  )
    .option('--mermaid', 'as a Mermaid flowchart')
    .addHelpText(
      'after',
      `
Examples:
  perennial plan flight-delays
  perennial plan flight-delays --mermaid > plan.mmd
  perennial plan flight-delays --json | jq .plan.config
Needs no server: the plan is made from the project's files. It was checked while it was made;
what it defines and uses nowhere is said on stderr, and under 'warnings' with --json.
\`perennial plan diff <a> <b>\` compares two.`,
    )
    .action(
      act(async (frame) => {
        const { mermaid, ...flags } = frame.options(Options);
        const project = await readProject(flags);
        const { plan, on, sensors, deadline } = findDeclared(project.pipelines, frame.argument(0));
        const drawn = mermaid ? { mermaid: planToMermaid(plan) } : {};
        const warnings = findingsOf(plan).flatMap(({ severity, code, node, message, repair }) =>
          severity === 'warning' ? [{ code, node, message, repair }] : [],
        );
        frame.result(
          { hash: planHash(plan), plan, on, sensors: sensors.map(sensorFacts), deadline, warnings, ...drawn },
          (made) =>
            mermaid ? planToMermaid(plan).trimEnd() : planText(made.hash, plan, frame.width, { on, sensors, deadline }),
        );
        // Not among the result: what is drawn goes to a file.
        if (!frame.json) for (const { code, message, repair } of warnings) frame.note(`[${code}] ${message} ${repair}`);
        return undefined;
      }),
    );
  registerPlanDiff(plan);
}

/**
 * A pipeline of a project by its name.
 *
 * @throws PER_RUN_012 naming those that exist
 */
export function findDeclared(pipelines: readonly Pipeline[], name: string): Pipeline {
  const found = pipelines.find((pipeline) => pipeline.name === name);
  if (found) return found;
  const known = pipelines.map((pipeline) => pipeline.name).join(', ') || 'none';
  throw perennialError('PER_RUN_012', `There is no pipeline '${name}' (known: ${known}).`);
}

/** A plan for people: one line a node, in the order it was written, indented below what it stands in. */
export function planText(
  hash: string,
  plan: Plan,
  width: number | null = null,
  { on, sensors, deadline }: Pick<Pipeline, 'on' | 'sensors' | 'deadline'> = { on: [], sensors: [], deadline: null },
): string {
  const uses = usesIn(plan);
  const rows = nested(plan.body).map(({ node, depth }) => {
    const step = node.kind === 'step' ? plan.steps[node.step] : undefined;
    const { tags = [], asks = [] } = uses[node.id] ?? {};
    const said = [...(step === undefined ? [] : traits(step)), ...asks, ...tags.map((tag) => `#${tag}`)];
    return [`${'  '.repeat(depth)}${node.id}`, kindText(node), step?.pool ?? null, waitsFor(node), said.join(', ')];
  });
  return [
    `pipeline ${plan.pipeline}`,
    `plan     ${hash}`,
    ...on.map((trigger) => `on       each new version of ${sourceText(trigger)}, as config.${trigger.into}`),
    ...sensors.map((sensor) => `on       ${startsText(sensor)}`),
    ...(deadline === null ? [] : [`done by  ${deadlineText(deadline)}`]),
    '',
    table(['node', 'kind', 'pool', 'reads', 'traits'], rows, width),
  ].join('\n');
}

function nested(body: Body, depth = 0): { readonly node: PlanNode; readonly depth: number }[] {
  return body.nodes.flatMap((node) => [
    { node, depth },
    ...bodiesOf(node).flatMap((inner) => nested(inner.body, depth + 1)),
  ]);
}

function kindText(node: PlanNode): string {
  switch (node.kind) {
    case 'step':
      return node.step === node.id ? 'step' : `step ${node.step}`;
    case 'map':
      return `map over ${exprText(node.over)}`;
    case 'branch':
      return `branch on ${exprText(node.when)}`;
    case 'switch':
      return `switch on ${exprText(node.on)}`;
    case 'approval':
      return 'approval';
    case 'wait':
      return `wait ${waitText(node)}`;
    case 'until':
      return `until, at most ${node.max} times`;
    case 'call':
      return `call of ${node.pipeline}`;
    case 'finally':
      return node.when === 'always' ? 'always' : 'on failure';
  }
}

/** What a node reads of others, and after `|` what it only comes after. */
function waitsFor(node: PlanNode): string {
  const read = new Set(readsOf(node).flatMap((expr) => readNodes(expr)));
  const after = node.after.filter((id) => !read.has(id));
  return [[...read].join(', '), after.join(', ')].filter((text) => text !== '').join(' | ');
}

function traits(step: Plan['steps'][string]): string[] {
  const isTrue = { isolated: step.isolate, light: step.light, 'never cached': !step.cache };
  const needs = (step.resources ?? []).map((name) => `needs ${name}`);
  return [...Object.entries(isTrue).flatMap(([name, holds]) => (holds ? [name] : [])), ...needs];
}
