import { withCalled } from '../../core';
import type { HandWritten, Model, Pipeline } from '../../core';
import { cell, code, markdownTable } from './markdown';
import { cronText, pageOf, pipelinePage } from './pipeline-page';

/** The first line of every page: what has it was written by `perennial docs`, and may be written anew or removed by it. */
export const MARK = '<!-- Made by `perennial docs`: edit the pipelines, not this page. -->';

/** What pages are made of. */
export interface DocumentedProject {
  readonly pipelines: readonly Pipeline[];
  readonly models: readonly Model[];
  readonly workflows: readonly HandWritten[];
}

/**
 * The pages of a project by file name: one a pipeline, those that are called too, and the index README.md. The same
 * project gives the same text, wherever and whenever it is asked for.
 */
export function pagesOf({ pipelines, models, workflows }: DocumentedProject): ReadonlyMap<string, string> {
  const all = byName(withCalled(pipelines));
  const project = { pipelines: all, models: byName(models), workflows: byName(workflows) };
  return new Map([
    ['README.md', marked(indexPage(project))],
    ...all.map((one) => [pageOf(one.name), marked(pipelinePage(one, project))] as const),
  ]);
}

function marked(text: string): string {
  return `${MARK}\n\n${text}\n`;
}

function indexPage({ pipelines, models, workflows }: DocumentedProject): string {
  return [
    '# Pipelines',
    pipelines.length === 0
      ? 'None.'
      : markdownTable(['pipeline', 'what it is for', 'owners', 'schedule'], pipelines.map(pipelineRow)),
    ...(models.length === 0 ? [] : ['## Models', markdownTable(MODEL_HEAD, models.map(modelRow))]),
    ...(workflows.length === 0 ? [] : ['## Workflows written by hand', workflowsTable(workflows)]),
  ].join('\n\n');
}

function pipelineRow({ name, description = '', owners = [], schedule }: Pipeline): string[] {
  return [link(name), cell(description), cell(owners.join(', ')), schedule === null ? '' : cronText(schedule)];
}

const MODEL_HEAD = ['model', 'what it is for', 'owners', 'made by', 'schedule', 'monitors'];

function modelRow({ name, description = '', owners = [], retrain, schedule, monitors }: Model): string[] {
  const watching = monitors.map((monitor) => code(monitor.name)).join(', ');
  return [code(name), cell(description), cell(owners.join(', ')), link(retrain.name), cronText(schedule), watching];
}

function workflowsTable(workflows: readonly HandWritten[]): string {
  const rows = workflows.map(({ name, plan }) => [code(name), Object.keys(plan.steps).map(code).join(', ')]);
  return markdownTable(['workflow', 'steps that it may run'], rows);
}

function link(pipeline: string): string {
  return `[${pipeline}](${pageOf(pipeline)})`;
}

function byName<T extends { readonly name: string }>(things: readonly T[]): T[] {
  return [...things].sort((a, b) => (a.name < b.name ? -1 : 1));
}
