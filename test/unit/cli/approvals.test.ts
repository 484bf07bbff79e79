/**
 * Danger: a person is asked and cannot see what, whether it is theirs to say, by when, or how to say it; afterwards nobody
 * can see who said what.
 */
import { z } from 'zod';
import { approvalsOf, approvalText, askText } from '../../../cli/views/approvals';
import { nodeNews } from '../../../cli/verbs/run';
import { exampleOf, shapeOf } from '../../../cli/views/example-of';
import { pipeline } from '../../../core';
import { jsonSchema } from '../../../core/define/contract';
import { askedFor } from '../../../core/nodes/asked-for';
import type { Json } from '../../../core/plan/json';
import type { NodeRow } from '../../../store/nodes/node-row';

const now = new Date('2026-02-01T00:10:00.000Z');
const { plan } = pipeline('p', {
  config: z.object({ airport: z.string() }),
  graph(g, { airport }) {
    const share = { answer: z.object({ share: z.number() }), by: ['ana', 'ben'], timeout: '2h' } as const;
    g.approval('share', { show: { airport }, ...share });
    g.approval('release', { show: { airport } });
    return null;
  },
});

const release: NodeRow = {
  ...{ run_id: 'r1', address: 'release', node: 'release', kind: 'approval', step: null, pool: null, status: 'waiting' },
  ...{ fence: 0, input: { airport: 'SEA', late: 0.31 }, output: null, error: null, cache: null, reused_from: null },
  ...{ given: null, first_claimed: '2026-02-01T00:00:00.000Z', ended_at: null },
};
const share: NodeRow = { ...release, address: 'share', node: 'share' };
const text = (node: NodeRow) => approvalsOf(plan, [node]).map((each) => approvalText(each, 'r1', now));
const said = (more: { [key: string]: Json } = {}): NodeRow => {
  const output = { approved: true, by: 'ana', note: null, at: '2026-02-01T00:05:00.000Z', ...more };
  return { ...release, status: 'completed', output };
};

test('one that waits says how to answer it, who may, since when, and what it shows', () => {
  expect(text(release)).toEqual([
    [
      'release waits for: perennial approve r1 release   (to say no: --reject)',
      'Who may answer: anybody who may reach the run.',
      'Asked at 2026-02-01T00:00:00.000Z, 10 min 00 s ago, without a time-out.',
      'It shows:\n  {\n    "airport": "SEA",\n    "late": 0.31\n  }',
    ].join('\n'),
  ]);
});

test('one that asks for more of named people by a time says all of that, in JSON too', () => {
  const [view] = approvalsOf(plan, [share]);
  const until = '2026-02-01T02:00:00.000Z';
  expect(view).toMatchObject({ may: ['ana', 'ben'], until, given: null, asks: { required: ['share'] } });
  const [told = ''] = text(share);
  expect(told).toContain(
    'share waits for: perennial approve r1 share --by ana --answer \'{"share":0}\'   (with an answer of',
  );
  expect(nodeNews(share, 'r1', askedFor(plan, 'share'))).toBe(
    `share waits: perennial approve r1 share --by ana --answer '{"share":0}'`,
  );
  expect(told).toContain('Who may answer: ana, ben.');
  expect(told).toContain(`until ${until}, when it counts as a no.`);
  expect(told).toMatch(/Beside yes or no it asks for: \{.*"share":\{"type":"number"\}/);
});

test.each<[{ [key: string]: Json }, string]>([
  [{}, 'release: approved by ana at 2026-02-01T00:05:00.000Z'],
  [{ approved: false, note: 'a storm' }, 'release: rejected by ana at 2026-02-01T00:05:00.000Z: a storm'],
  [{ answer: { n: 7 } }, 'release: approved by ana at 2026-02-01T00:05:00.000Z, with {"n":7}'],
  [
    { approved: false, by: 'time-out', note: 'Nobody answered in time.' },
    'release: nobody had answered by 2026-02-01T00:05:00.000Z, which counts as a no',
  ],
  [{ by: 'time-out' }, 'release: approved by time-out at 2026-02-01T00:05:00.000Z'],
])('one that was answered says who, what, when and why: %j', (more, told) => {
  expect(text(said(more))).toEqual([told]);
});

test('one that a rerun took over says of which run the answer is', () => {
  expect(text({ ...said(), reused_from: 'r0' })).toEqual([
    'release: approved by ana at 2026-02-01T00:05:00.000Z, in r0',
  ]);
});

test('one that nobody can answer any more is not offered', () => {
  const [began, ended_at] = [release.first_claimed, '2026-02-01T00:05:00.000Z'];
  const stopped: NodeRow = { ...release, status: 'cancelled', ended_at };
  expect(text(stopped)).toEqual(['']);
  expect(text({ ...stopped, input: null })).toEqual(['']);
  expect(approvalsOf(plan, [stopped])).toMatchObject([{ asked: began, given: null, command: null }]);
});

test('one whose arm was not taken, or that was given up after a failure, has never asked', () => {
  const never: NodeRow = { ...release, input: null, ended_at: release.first_claimed };
  expect(approvalsOf(plan, [{ ...never, status: 'skipped' }])).toEqual([]);
  expect(approvalsOf(plan, [{ ...never, status: 'cancelled' }])).toEqual([]);
});

test('one inside a map is named as a shell takes it, and what is long is cut with the way to the rest', () => {
  const input = Array.from({ length: 50 }, (_, i) => i);
  const inside: NodeRow = { ...release, address: 'per-seed[3]/release', input };
  const [told = ''] = text(inside);
  expect(told).toContain("perennial approve r1 'per-seed[3]/release'");
  expect(told).toContain("    28,\n  … (all of it: perennial show r1 --node 'per-seed[3]/release')");
  expect(told).not.toContain('29,');
  expect(nodeNews(inside, 'r1')).toBe("per-seed[3]/release waits: perennial approve r1 'per-seed[3]/release'");
});

test('beside all that is told of the node it does not repeat what it shows', () => {
  const [waiting] = approvalsOf(plan, [release]);
  const [answered] = approvalsOf(plan, [said()]);
  expect(waiting && askText(waiting, now)).toMatch(/^It waits for: perennial approve r1 release [^]*Who may answer/);
  expect(waiting && askText(waiting, now)).not.toContain('SEA');
  expect(answered && askText(answered, now)).toBe('Answer: approved by ana at 2026-02-01T00:05:00.000Z');
});

const bounded = z.object({ n: z.int().min(3), up: z.number().gt(1), low: z.number().max(-2), text: z.string().min(2) });
test.each<[z.ZodType]>([
  [z.object({ share: z.number(), why: z.string().optional(), sure: z.boolean() })],
  [bounded],
  [z.array(z.enum(['a', 'b'])).min(2)],
  [z.union([z.literal('x'), z.number()])],
  [z.object({ deep: z.object({ list: z.array(z.string()) }) })],
  [z.int()],
])('the answer that is offered is one that would be taken (%#)', (schema) => {
  expect(schema.safeParse(exampleOf(jsonSchema(schema, 'input', 'x'))).success).toBe(true);
});

test.each<[string, z.ZodType]>([
  ['an address', z.object({ mail: z.email(), page: z.url() })],
  ['a day', z.object({ day: z.iso.date(), at: z.iso.datetime(), time: z.iso.time(), long: z.iso.duration() })],
  ['an id', z.object({ id: z.uuid() })],
  ['a host', z.object({ ip: z.ipv4(), six: z.ipv6(), net: z.cidrv4(), host: z.hostname() })],
  ['a pattern', z.object({ code: z.string().regex(/^[A-Z]{3}$/), month: z.string().regex(/^\d{4}-\d\d$/) })],
  ['two patterns', z.string().regex(/^a/).regex(/b$/)],
  ['a tuple', z.tuple([z.string(), z.iso.date()])],
  ['a multiple', z.int().multipleOf(5).min(3)],
  ['what may be null', z.string().nullable()],
])('%s is made up, too', (_, schema) => {
  const example = exampleOf(jsonSchema(schema, 'input', 'x'));
  expect(example).not.toBeNull();
  expect(schema.safeParse(example).error).toBeUndefined();
});

test('of an answer that cannot be made up the shape is told, with what goes where', () => {
  const asks = z.object({
    sure: z.boolean(),
    code: z.string().regex(/^Q[xyz]{7}$/),
    proof: z.jwt(),
    more: z.array(z.any()).min(1),
  });
  const schema = jsonSchema(asks, 'input', 'x');
  expect(exampleOf(schema)).toBeNull();
  const shape = { sure: true, code: '<text like ^Q[xyz]{7}$>', proof: '<jwt>', more: ['<any value>'] };
  expect(shapeOf(schema)).toEqual(shape);
  const told = nodeNews(share, 'r1', { schema, by: null });
  expect(told).toBe(`share waits: perennial approve r1 share --answer '${JSON.stringify(shape)}'`);
});
