import type { About, Cron, Model, OnDataset, Pipeline, StepContract } from '../../core';
import { allNodes } from '../../core/nodes';
import { planToMermaid } from '../../core/plan/mermaid';
import type { PlanStep } from '../../core/plan/plan';
import { lengthText } from '../../core/plan/time';
import { deadlineText } from '../views/deadlines-view';
import { usesIn } from '../views/node-use';
import { startsText } from '../views/sensors-view';
import { configTable } from './config-table';
import { cell, code, markdownTable } from './markdown';

/** What there is beside a pipeline: who starts it, who calls it. */
export interface Surrounding {
  readonly models: readonly Model[];
  readonly pipelines: readonly Pipeline[];
}

/** The page of a pipeline, without the mark. */
export function pipelinePage(pipeline: Pipeline, around: Surrounding): string {
  const { plan, name } = pipeline;
  return [
    `# ${name}`,
    ...aboutLines(pipeline),
    '## Graph',
    'A solid arrow is a value that is used, a dotted one an order without a value.',
    `\`\`\`mermaid\n${planToMermaid(plan).trimEnd()}\n\`\`\``,
    '## Config',
    configTable(plan.config),
    '## Steps',
    stepsTable(pipeline),
    ...(plan.onFailure === 'cancel' ? [] : ['When a node fails, the others that can still finish do.']),
    '## What starts it',
    triggers(pipeline, around).join('\n'),
    ...(pipeline.deadline === null ? [] : [`It must be done by ${deadlineText(pipeline.deadline)}.`]),
    ...startedSection(pipeline, around),
  ].join('\n\n');
}

/** Description and owners, each where it is said. */
export function aboutLines({ description, owners }: About): string[] {
  return [
    ...(description === undefined ? [] : [description.replaceAll('<', '&lt;')]),
    ...(owners === undefined || owners.length === 0 ? [] : [`Owners: ${owners.map(cell).join(', ')}`]),
  ];
}

/** A schedule for people. */
export function cronText({ expression, timezone }: Cron): string {
  return `${code(expression)} (${timezone})`;
}

/** The name of a pipeline's page. On some disks `readme` would be the index. */
export function pageOf(pipeline: string): string {
  return pipeline === 'readme' ? 'readme_.md' : `${pipeline}.md`;
}

function stepsTable({ plan, steps }: Pipeline): string {
  const uses = usesIn(plan);
  const nodes = allNodes(plan.body).flatMap((node) => (node.kind === 'step' ? [node] : []));
  const rows = Object.values(plan.steps).map((step) => {
    const used = nodes.filter((node) => node.step === step.name).map(({ id }) => useText(id, uses[id]?.asks ?? []));
    return [...contractCells(step), used.join(', '), ...aboutCells(steps.get(step.name))];
  });
  if (rows.length === 0) return 'None.';
  const head = ['step', 'pool', 'time-out', 'heartbeat', 'executions', 'traits', 'nodes', 'owners', 'what it does'];
  return markdownTable(head, rows);
}

function useText(id: string, asks: readonly string[]): string {
  return `${code(id)}${asks.length === 0 ? '' : ` (${asks.join(', ')})`}`;
}

function contractCells(step: PlanStep): string[] {
  const { name, pool, timeout, heartbeat, retry, light, isolate, cache, tags = [], resources = [] } = step;
  const traits = Object.entries({ light, isolated: isolate, 'never cached': !cache });
  const said = [
    ...traits.flatMap(([trait, holds]) => (holds ? [trait] : [])),
    ...resources.map((resource) => `needs ${resource}`),
    ...tags.map((tag) => `#${tag}`),
  ];
  const tries =
    retry.attempts === 1
      ? '1'
      : `at most ${retry.attempts}, after ${lengthText(retry.firstDelay)}, then ${retry.factor} times as long each, up to ${lengthText(retry.maxDelay)}`;
  const beat = heartbeat === null ? '' : lengthText(heartbeat);
  return [code(name), code(pool), lengthText(timeout), beat, tries, cell(said.join(', '))];
}

function aboutCells(step: StepContract | undefined): string[] {
  return [cell((step?.owners ?? []).join(', ')), cell(step?.description ?? '')];
}

function triggers({ name, schedule, on, sensors }: Pipeline, { models, pipelines }: Surrounding): string[] {
  const kept = models.filter(({ retrain }) => retrain.name === name);
  const callers = pipelines.filter(({ calls }) => calls.some((called) => called.name === name));
  const said = [
    ...(schedule === null ? [] : [`- the schedule ${cronText(schedule)}`]),
    ...on.map((one) => `- each new version of ${sourceLink(one)}, which its config has under ${code(one.into ?? '')}`),
    ...sensors.map((sensor) => `- ${cell(startsText(sensor))}`),
    ...kept.flatMap(modelLines),
    ...callers.map((caller) => `- a run of [${caller.name}](${pageOf(caller.name)}), which calls it`),
  ];
  return said.length === 0 ? ['A person or a client: nothing in this project starts it.'] : said;
}

function sourceLink({ pipeline, node, path }: OnDataset): string {
  return `${code([node, ...path].join('.'))} of [${pipeline}](${pageOf(pipeline)})`;
}

/** What its data sets start; nothing where they start nothing. */
function startedSection({ name }: Pipeline, { models, pipelines }: Surrounding): string[] {
  const of = (on: readonly OnDataset[]): string[] =>
    on.flatMap(({ pipeline, node, path }) => (pipeline === name ? [code([node, ...path].join('.'))] : []));
  const lines = [
    ...pipelines.flatMap((one) =>
      of(one.on).map((made) => `- ${made}: a run of [${one.name}](${pageOf(one.name)}) for each new version`),
    ),
    ...models.flatMap((one) =>
      of(one.on).map(
        (made) => `- ${made}: a cause for the keeper of the model ${code(one.name)}, for each new version`,
      ),
    ),
  ];
  return lines.length === 0 ? [] : ['## What its data sets start', lines.join('\n')];
}

function modelLines(model: Model): string[] {
  const { name, schedule, on, monitors, policy, clock, owners = [] } = model;
  const { cooldown, budget } = policy;
  const limit = budget === null ? '' : `, at most ${budget.retrains} in ${lengthText(budget.per)}`;
  const watching = monitors.map((monitor) => `${code(monitor.name)} (${cell(monitor.kind)})`).join(', ') || 'none';
  return [
    `- the keeper of the model ${code(name)}, and nothing else, when it finds a cause good enough:`,
    `  - schedule: ${cronText(schedule)}${clock === 'event' ? ', in the time of the data' : ''}`,
    ...on.map((one) => `  - each new version of ${sourceLink(one)}`),
    `  - monitors: ${watching}`,
    `  - at most once in ${lengthText(cooldown)}${limit}`,
    ...(owners.length === 0 ? [] : [`  - owners of the model: ${owners.map(cell).join(', ')}`]),
  ];
}
