// Danger: a run that ends in another way than it should: a failure that stops nothing, a cancellation that is forgotten,
// a late answer that is taken, a rejection that goes on.
import { advance, begin, type Command, type Failure, nodeTable, statusOf } from '../../../core/interpret';
import type { Expr, Plan, PlanNode } from '../../../core/plan/plan';
import { drive } from './drive';
import { planOf } from './plans';

const failure: Failure = { type: 'Broken', message: 'broken', fault: 'user', retryable: false };
const one: Expr = { op: 'literal', value: 1 };
const output = (node: string): Expr => ({ op: 'output', node, path: [] });
const step = (id: string, input: Expr = one, after: string[] = []): PlanNode => ({
  kind: 'step',
  id,
  step: 'noop',
  input,
  after,
});
const approval = (id: string): PlanNode => ({
  kind: 'approval',
  id,
  show: { op: 'config', path: [] },
  timeout: 1_000,
  after: [],
});
const answer = { approved: false, by: 'ana', note: 'no', at: '2001-01-01T00:00:00.000Z' };

const kinds = (commands: readonly Command[]): string[] =>
  commands.map((c) =>
    'address' in c
      ? `${c.type} ${c.address}`
      : c.type === 'end'
        ? `end ${c.status}`
        : c.type === 'note'
          ? `note ${c.note.address} ${c.note.status}`
          : c.type,
  );
const pair = (onFailure?: Plan['onFailure']): Plan =>
  planOf({ nodes: [step('a'), step('b'), step('c', output('a'))], output: output('c') }, onFailure);

describe('a failure', () => {
  it('stops what runs, and the run ends when that has ended', () => {
    const begun = begin(pair(), null);
    expect(kinds(begun.commands)).toEqual(['run-step a', 'run-step b']);
    const failed = advance(pair(), begun.state, { type: 'failed', address: 'a', failure });
    expect(kinds(failed.commands)).toEqual(['note a failed', 'note c cancelled', 'stop b']);
    expect(failed.commands[0]).toMatchObject({ note: { error: failure } });
    expect(statusOf(failed.state).phase).toBe('stopping');
    const ended = advance(pair(), failed.state, { type: 'cancelled', address: 'b' });
    expect(kinds(ended.commands)).toEqual(['note b cancelled', 'end failed']);
    expect(ended.commands[1]).toEqual({ type: 'end', status: 'failed', output: null, reason: 'a: broken', failure });
  });

  it('lets the others finish when the pipeline says so', () => {
    const ran: string[] = [];
    const { end } = drive(pair('finish-others'), null, {
      step: (address) => {
        ran.push(address);
        return address === 'a' ? { failure } : { output: 1 };
      },
    });
    expect(ran).toEqual(['a', 'b']);
    expect(end).toMatchObject({ status: 'failed', reason: 'a: broken' });
  });

  it('of an expression names the node', () => {
    const bad = planOf({
      nodes: [step('a', { op: 'gt', left: { op: 'config', path: ['x'] }, right: one })],
      output: one,
    });
    const { end } = drive(bad, { x: 'text' }, { step: () => ({ output: 1 }) });
    expect(end).toMatchObject({ status: 'failed', failure: { type: 'PER_FLOW_001' } });
    expect(end.reason).toMatch(/^a: /);
  });

  it('is what a node that somebody else cancelled comes to', () => {
    const { state } = begin(planOf({ nodes: [step('a')], output: one }), null);
    const { commands } = advance(planOf({ nodes: [step('a')], output: one }), state, {
      type: 'cancelled',
      address: 'a',
    });
    expect(commands).toMatchObject([
      { type: 'note', note: { address: 'a', status: 'failed', error: { type: 'PER_FLOW_006' } } },
      { type: 'end', status: 'failed', failure: { type: 'PER_FLOW_006' } },
    ]);
  });
});

describe('an arm that is not taken', () => {
  it('is said to be skipped, without what is inside its maps, whatever they are called', () => {
    const map: PlanNode = {
      kind: 'map',
      id: 'constructor',
      over: { op: 'literal', value: [1] },
      maxParallel: null,
      body: { nodes: [step('inner')], output: one },
      after: [],
    };
    const arm = { nodes: [map], output: output('constructor') };
    const when: Expr = { op: 'literal', value: false };
    const branch: PlanNode = { kind: 'branch', id: 'b', when, then: arm, else: null, after: [] };
    expect(kinds(begin(planOf({ nodes: [branch], output: one }), null).commands)).toEqual([
      'note b running',
      'note constructor skipped',
      'note b completed',
      'end completed',
    ]);
  });
});

describe('a cancellation', () => {
  it('keeps what a step completed meanwhile, starts nothing more, and ends as cancelled', () => {
    const { state } = begin(pair(), null);
    const stopping = advance(pair(), state, { type: 'cancel', reason: 'enough' });
    expect(kinds(stopping.commands)).toEqual(['note c cancelled', 'stop a', 'stop b']);
    const late = advance(pair(), stopping.state, { type: 'completed', address: 'a', output: 5 });
    expect(late.commands).toEqual([]);
    expect(late.state.nodes['a']).toMatchObject({ status: 'completed', output: 5 });
    const ended = advance(pair(), late.state, { type: 'cancelled', address: 'b' });
    expect(kinds(ended.commands)).toEqual(['note b cancelled', 'end cancelled']);
    expect(ended.state.nodes['c']).toMatchObject({ status: 'cancelled' });
  });

  it('is heard once, and events after the end change nothing', () => {
    const { state } = begin(pair(), null);
    const first = advance(pair(), state, { type: 'cancel', reason: 'enough' });
    expect(advance(pair(), first.state, { type: 'cancel', reason: 'again' }).commands).toEqual([]);
    const empty = begin(planOf({ nodes: [], output: one }), null);
    expect(kinds(empty.commands)).toEqual(['end completed']);
    expect(advance(planOf({ nodes: [], output: one }), empty.state, { type: 'cancel', reason: 'late' })).toEqual({
      state: empty.state,
      commands: [],
    });
  });
});

describe('an approval', () => {
  const plain = planOf({ nodes: [approval('ok'), step('a', one, ['ok'])], output: output('a') });
  const branched = planOf({
    nodes: [
      approval('ok'),
      {
        kind: 'branch',
        id: 'b',
        when: { op: 'output', node: 'ok', path: ['approved'] },
        then: { nodes: [], output: one },
        else: null,
        after: [],
      },
    ],
    output: output('b'),
  });

  it('waits, shows, and lets its followers begin when it is answered', () => {
    const begun = begin(plain, { x: 1 });
    expect(kinds(begun.commands)).toEqual(['note ok waiting', 'await-answer ok']);
    expect(statusOf(begun.state).waiting).toEqual([{ address: 'ok', show: { x: 1 } }]);
    const next = advance(plain, begun.state, {
      type: 'answered',
      address: 'ok',
      answer: { ...answer, approved: true },
    });
    expect(kinds(next.commands)).toEqual(['note ok completed', 'run-step a']);
  });

  it('ends the run as rejected, unless a branch reads the answer', () => {
    const rejected = advance(plain, begin(plain, null).state, { type: 'answered', address: 'ok', answer });
    expect(rejected.commands.at(-1)).toMatchObject({
      type: 'end',
      status: 'rejected',
      reason: 'ok was rejected by ana: no.',
    });
    const went = advance(branched, begin(branched, null).state, { type: 'answered', address: 'ok', answer });
    expect(went.commands.at(-1)).toMatchObject({ type: 'end', status: 'completed', output: null });
  });

  it('takes one answer', () => {
    const { state } = begin(plain, null);
    const once = advance(plain, state, { type: 'answered', address: 'ok', answer: { ...answer, approved: true } });
    expect(advance(plain, once.state, { type: 'answered', address: 'ok', answer }).commands).toEqual([]);
  });
});

describe('what a run shows', () => {
  it('is a table with one row for each node of the plan', () => {
    const { state } = begin(pair(), null);
    expect(nodeTable(pair(), state)).toBe(
      [
        '| node | kind | state |',
        '|---|---|---|',
        '| a | step on cpu | running |',
        '| b | step on cpu | running |',
        '| c | step on cpu | pending |',
      ].join('\n'),
    );
  });

  it('stays within what Temporal keeps', () => {
    const large = planOf({ nodes: Array.from({ length: 500 }, (_, i) => step(`${'n'.repeat(90)}${i}`)), output: one });
    const table = nodeTable(large, begin(large, null).state);
    expect(Buffer.byteLength(table)).toBeLessThanOrEqual(20_000);
    expect(table).toMatch(/\| and \d+ more \| \| \|$/);
  });
});
