// Danger: a wide map of large inputs that asks Temporal for more in one message than it takes (4 MB), so that the
// workflow's task fails for ever; or one that is held back and never begins.
import { advance, begin, type Advance, type Command } from '../../../core/interpret';
import { bytesOf, MAX_BATCH_BYTES } from '../../../core/interpret/limits';
import type { Json } from '../../../core/plan/json';
import type { Expr, MapNode, Plan } from '../../../core/plan/plan';
import { drive } from './drive';
import { planOf } from './plans';

const MESSAGE_LIMIT = 4 * 1024 * 1024;
const before: Expr = { op: 'output', node: 'before', path: [] };

/** A map whose items all read one large value. */
function wide(nodes: number): Plan {
  const inner = Array.from({ length: nodes }, (_, i) => ({
    kind: 'step' as const,
    id: `leaf-${i}`,
    step: 'noop',
    input: before,
    after: [],
  }));
  const map: MapNode = {
    kind: 'map',
    id: 'each',
    over: { op: 'config', path: [] },
    maxParallel: 10_000,
    body: { nodes: inner, output: { op: 'literal', value: 1 } },
    after: [],
  };
  const first = {
    kind: 'step' as const,
    id: 'before',
    step: 'noop',
    input: { op: 'literal', value: 1 } as Expr,
    after: [],
  };
  return planOf({ nodes: [first, map], output: { op: 'output', node: 'each', path: [] } });
}

const items = (length: number): number[] => Array.from({ length }, (_, i) => i);
const started = (commands: readonly Command[]): Json[] =>
  commands.flatMap((c) => (c.type === 'run-step' ? [c.input] : c.type === 'run-shard' ? [{ ...c.seed }] : []));
const bytes = (commands: readonly Command[]): number =>
  started(commands).reduce<number>((sum, v) => sum + bytesOf(v), 0);
const breaths = (commands: readonly Command[]): number => commands.filter(({ type }) => type === 'breathe').length;

function wideRun(plan: Plan, length: number, value: Json): Advance {
  return advance(plan, begin(plan, items(length)).state, { type: 'completed', address: 'before', output: value });
}

test.each([
  ['inputs of 64 KB', 200, 'x'.repeat(64 * 1024)],
  ['inputs of 64 K characters of three bytes each', 200, '語'.repeat(64 * 1024)],
  ['shards that are each given such a value', 20 * 200, 'x'.repeat(500 * 1024)],
])('what is handed out at once stays within a message: %s', (_, length, value) => {
  const plan = wide(1);
  let now = wideRun(plan, length, value);
  let all = 0;
  for (;;) {
    expect(bytes(now.commands)).toBeLessThan(MESSAGE_LIMIT - 1024 * 1024);
    expect(started(now.commands).length).toBeGreaterThan(0);
    all += started(now.commands).length;
    if (breaths(now.commands) === 0) break;
    now = advance(plan, now.state, { type: 'breathed' });
  }
  expect(all).toBe(length > 200 ? length / 200 : length);
});

test('while a message is being sent nothing is added to it, whatever ends meanwhile, and one breath is asked for', () => {
  const plan = wide(1);
  const full = wideRun(plan, 200, 'x'.repeat(64 * 1024));
  expect(breaths(full.commands)).toBe(1);
  const [first] = full.commands.flatMap((c) => (c.type === 'run-step' ? [c.address] : []));
  const ended = advance(plan, full.state, { type: 'completed', address: first ?? '', output: 1 });
  expect(ended.commands).toEqual([]);
  expect(started(advance(plan, ended.state, { type: 'breathed' }).commands).length).toBeGreaterThan(10);
});

test('everything is run once, in order, and small inputs need no breath', () => {
  const run = (value: Json) =>
    drive(wide(2), items(100), { step: (address) => ({ output: address === 'before' ? value : 1 }), viaJson: true });
  const large = run('x'.repeat(64 * 1024));
  const small = run('x');
  expect(large.end).toMatchObject({ status: 'completed', output: items(100).map(() => 1) });
  expect(large.started).toEqual(small.started);
  expect(breaths(large.commands)).toBeGreaterThanOrEqual(Math.floor((200 * 64 * 1024) / MAX_BATCH_BYTES));
  expect(breaths(small.commands)).toBe(0);
});

test('what was held back is stopped with the rest', () => {
  const plan = wide(1);
  const full = wideRun(plan, 200, 'x'.repeat(64 * 1024));
  const stopping = advance(plan, full.state, { type: 'cancel', reason: 'enough' });
  const cancelled = stopping.commands.filter((c) => c.type === 'note' && c.note.status === 'cancelled');
  expect(cancelled).toHaveLength(200 - started(full.commands).length);
  expect(started(advance(plan, stopping.state, { type: 'breathed' }).commands)).toEqual([]);
});

test('bytes are those of UTF-8', () => {
  for (const text of ['plain', 'ä', '語', '🙂', 'mixed ä語🙂\n"']) {
    expect(bytesOf(text)).toBe(Buffer.byteLength(JSON.stringify(text)));
  }
});
