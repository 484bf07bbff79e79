import { givenIn } from '../../client/given';
import { answerText } from '../../core/nodes/answer-text';
import { askedFor, type AskedFor } from '../../core/nodes/asked-for';
import { allNodes } from '../../core/nodes';
import type { GivenAnswer } from '../../core/plan/approval';
import type { Json } from '../../core/plan/json';
import type { Plan } from '../../core/plan/plan';
import { hasBegun } from '../../store/nodes/has-begun';
import type { NodeRow } from '../../store/nodes/node-row';
import { onLines, onOneLine } from './cut';
import { took } from './duration';
import { exampleOf, shapeOf } from './example-of';
import { shellWord } from './shell-word';

/** An approval that has asked: what, whom, until when, and what was answered. */
export interface ApprovalView {
  readonly address: string;
  readonly status: NodeRow['status'];
  /** What the person who answers is shown. */
  readonly shows: Json;
  /** JSON schema of what is asked for beside yes or no; null: yes or no only. */
  readonly asks: Json;
  /** Who may answer; null: anybody who may reach the run. */
  readonly may: readonly string[] | null;
  /** When it began to ask: ISO 8601, UTC. */
  readonly asked: string;
  /** When it counts as a no, to a second or so; null: never. */
  readonly until: string | null;
  /** null: nobody has answered. */
  readonly given: GivenAnswer | null;
  /** Whose answer it was, when a rerun took it over. */
  readonly reusedFrom: string | null;
  /** What answers it, while it waits. */
  readonly command: string | null;
}

/** The approvals among some nodes of a run that have asked. Those that were skipped, or given up before it, have not. */
export function approvalsOf(plan: Plan | null, nodes: readonly NodeRow[]): ApprovalView[] {
  return nodes.filter((node) => node.kind === 'approval' && hasBegun(node)).map((node) => viewOf(plan, node));
}

function viewOf(plan: Plan | null, node: NodeRow): ApprovalView {
  const { address, status, input: shows, first_claimed: asked, reused_from: reusedFrom } = node;
  const asks = askedFor(plan, node.node);
  const { schema, by } = asks;
  const timeout = timeoutOf(plan, node.node);
  return {
    ...{ address, status, shows, asks: schema, may: by, asked, reusedFrom },
    until: timeout === null ? null : new Date(Date.parse(asked) + timeout).toISOString(),
    given: status === 'completed' ? givenIn(node.output) : null,
    command: status === 'waiting' ? commandOf(node, asks) : null,
  };
}

function timeoutOf(plan: Plan | null, id: string): number | null {
  const node = plan === null ? undefined : allNodes(plan.body).find((each) => each.id === id);
  return node?.kind === 'approval' ? node.timeout : null;
}

/** True for an approval that nobody has answered yet. */
export function isWaiting({ kind, status }: NodeRow): boolean {
  return kind === 'approval' && status === 'waiting';
}

/**
 * What answers an approval with yes, as a shell takes it and the run too: in the name of the first who may, with the
 * smallest answer that fits what is asked for, or its shape, where one cannot be made up.
 */
export function commandOf({ run_id, address }: Pick<NodeRow, 'run_id' | 'address'>, { by, schema }: AskedFor): string {
  const who = by?.[0] === undefined ? '' : ` --by ${shellWord(by[0])}`;
  return `perennial approve ${run_id} ${shellWord(address)}${who}${schema === null ? '' : ` --answer ${answerFor(schema)}`}`;
}

function answerFor(schema: Json): string {
  return shellWord(JSON.stringify(exampleOf(schema) ?? shapeOf(schema)));
}

/** What to know of the command: that it says yes, and that what it answers is made up. */
function aboutCommand({ asks }: ApprovalView): string {
  return asks === null ? '(to say no: --reject)' : '(with an answer of your own; to say no: --reject)';
}

/** An approval for people: what it asks and of whom while it waits, else what was answered; empty: it asks no longer. */
export function approvalText(view: ApprovalView, run: string, now: Date): string {
  const { address, command, given } = view;
  if (given !== null) return `${address}: ${givenText(view, given)}`;
  if (command === null) return '';
  const where = `perennial show ${run} --node ${shellWord(address)}`;
  return [
    `${address} waits for: ${command}   ${aboutCommand(view)}`,
    ...askLines(view, now),
    ...(view.shows === null ? [] : ['It shows:', onLines(view.shows, where)]),
  ].join('\n');
}

/** The same beside all that is told of the node: what it shows is there already. */
export function askText(view: ApprovalView, now: Date): string {
  const { command, given } = view;
  if (given !== null) return `Answer: ${givenText(view, given)}`;
  if (command === null) return '';
  return [`It waits for: ${command}   ${aboutCommand(view)}`, ...askLines(view, now)].join('\n');
}

function askLines({ asked, until, may, asks }: ApprovalView, now: Date): string[] {
  const end = until === null ? 'without a time-out' : `until ${until}, when it counts as a no`;
  return [
    `Who may answer: ${may === null ? 'anybody who may reach the run' : may.join(', ')}.`,
    `Asked at ${asked}, ${took(asked, null, now)} ago, ${end}.`,
    ...(asks === null ? [] : [`Beside yes or no it asks for: ${onOneLine(asks, '--json')}`]),
  ];
}

/** `approved by ana at 2026-02-01T00:00:05.000Z, with {"share":0.5}: looks right` */
function givenText({ reusedFrom }: Pick<ApprovalView, 'reusedFrom'>, given: GivenAnswer): string {
  const { answer } = given;
  const more = answer === undefined || answer === null ? '' : `, with ${onOneLine(answer, '--json')}`;
  const from = reusedFrom === null ? '' : `, in ${reusedFrom}`;
  return answerText(given, `${from}${more}`);
}
