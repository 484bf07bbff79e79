import type { ListedEffects } from '../../activities/spin';
import type { Json } from '../../core/plan/json';
import { type ValueDifference, valueDifferences } from '../../core/plan/value-differences';
import type { NewArtifact } from '../../store/artifacts';
import type { NodeRow } from '../../store/nodes/node-row';
import { table } from '../frame';
import { bytesText } from './bytes';
import { cell, onLines, onOneLine } from './cut';
import { duration } from './duration';

/** What a person is told of a spin. */
export interface SpinView {
  readonly run: string;
  readonly address: string;
  readonly step: string;
  /** Where the input came from. */
  readonly input: 'recorded' | 'given';
  readonly status: 'completed' | 'failed';
  /** null when it failed. */
  readonly output: Json;
  /** As the records and Temporal would have it. */
  readonly error: SpinError | null;
  readonly wallMs: number;
  /** What the run itself made of the node; null: it has not begun there. */
  readonly recorded: Pick<NodeRow, 'status' | 'output' | 'error'> | null;
  /** Whether the output is that of the run; null: one of them has none. */
  readonly same: boolean | null;
  readonly differences: readonly ValueDifference[];
  /** What the step put into the artifact store; it is gone unless `kept` says where it is. */
  readonly artifacts: readonly NewArtifact[];
  readonly kept: string | null;
  /** What it would have recorded with its output. */
  readonly effects: ListedEffects;
}

/** The error of a spin that failed. */
export interface SpinError {
  readonly code: string;
  readonly message: string;
  readonly fault: 'user' | 'engine';
  readonly retryable: boolean;
}

/** Whether an output is that of the run, and where it is not. */
export function comparison(recorded: SpinView['recorded'], output: Json): Pick<SpinView, 'same' | 'differences'> {
  if (recorded?.status !== 'completed') return { same: null, differences: [] };
  const differences = valueDifferences(recorded.output, output);
  return { same: differences.length === 0, differences };
}

/** A spin for people. */
export function spinText(view: SpinView): string {
  return [headline(view), ...(view.status === 'failed' ? failed(view) : made(view))]
    .filter((part) => part !== '')
    .join('\n\n');
}

function headline({ run, address, status, wallMs, input }: SpinView): string {
  const given = input === 'given' ? ', with the given input' : '';
  return `${address} of ${run}${given}: ${status} in ${duration(wallMs)}. Nothing was recorded.`;
}

function failed({ error, input, recorded }: SpinView): string[] {
  if (error === null) return [];
  // The engine's own messages begin with their code.
  const name = error.message.startsWith(`[${error.code}]`) ? '' : `${error.code}: `;
  const own = [
    `${name}${error.message}`,
    ...(error.code === 'PER_RUN_004' && input === 'recorded'
      ? ["The input is that of the run: it no longer fits the step's contract as it is in this project."]
      : []),
  ];
  return [own.join('\n'), recorded?.error === null || recorded === null ? '' : inTheRun(recorded)];
}

function made(view: SpinView): string[] {
  return [
    `output\n${onLines(view.output, 'with --json')}`,
    compared(view),
    artifactsText(view),
    effectsText(view.effects),
  ];
}

function compared({ recorded, same, differences }: SpinView): string {
  if (recorded === null) return 'The node has not begun in the run: there is nothing to compare with.';
  if (same === null) return inTheRun(recorded);
  if (same) return "The same as the run's output.";
  const rows = differences.map(({ what, was, is }) => [what, cell(was), cell(is)]);
  return `Not the run's output:\n${table(['what', 'was', 'is'], rows)}`;
}

function inTheRun({ status, error }: NonNullable<SpinView['recorded']>): string {
  const why = error === null ? '' : `: ${error.message} (${error.type})`;
  return `In the run it is ${status}${why}.`.replace(/\.\)?\.$/, '.');
}

function artifactsText({ artifacts, kept }: SpinView): string {
  if (artifacts.length === 0) return '';
  const rows = artifacts.map(({ digest, kind, bytes }) => [digest, kind, bytesText(bytes)]);
  const where = kept === null ? 'gone again; --keep-artifacts keeps them' : `kept in ${kept}`;
  return `artifacts (${where})\n${table(['id', 'kind', 'size'], rows)}`;
}

function effectsText({ statements, complete }: ListedEffects): string {
  if (statements.length === 0 && complete) return '';
  const lines = statements.map(({ text, values }) => `  ${cell(text)} ${onOneLine(values, 'with --json')}`);
  const rest = complete ? [] : ['  … what follows depends on what these would have given'];
  return ['It would have recorded, with its output:', ...lines, ...rest].join('\n');
}
