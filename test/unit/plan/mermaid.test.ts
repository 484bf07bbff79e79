/**
 * Danger: a drawing that leaves out a node or an edge is believed. Names with Mermaid's own signs in them would break
 * the whole drawing. Checked on plans of every kind of node, and by laws over random ones.
 */
import fc from 'fast-check';
import { exprText } from '../../../core/expr/text';
import { planToMermaid } from '../../../core/plan/mermaid';
import type { Body, Expr, Plan, PlanNode, PlanStep } from '../../../core/plan/plan';

const step = (name: string, pool = 'cpu'): PlanStep => ({
  name,
  contract: '0'.repeat(64),
  pool,
  timeout: 60_000,
  heartbeat: null,
  retry: { attempts: 1, firstDelay: 1, factor: 2, maxDelay: 1, never: [] },
  isolate: false,
  light: false,
  cache: true,
});
const plan = (nodes: readonly PlanNode[], steps: Plan['steps'] = {}): Plan => ({
  format: 1,
  pipeline: 'p',
  steps,
  body: { nodes, output: none },
  config: {},
  onFailure: 'cancel',
});
const none: Expr = { op: 'literal', value: null };
const output = (node: string, ...path: string[]): Expr => ({ op: 'output', node, path });
const use = (id: string, input: Expr = none, after: readonly string[] = []): PlanNode => ({
  id,
  kind: 'step',
  step: id,
  input,
  after,
});

describe('planToMermaid', () => {
  test('draws steps with their pool, and an arrow for each value that is used', () => {
    const drawn = planToMermaid(
      plan([use('collect'), use('train', { op: 'object', fields: { data: output('collect', 'dataset') } })], {
        collect: step('collect'),
        train: step('train', 'gpu'),
      }),
    );
    expect(drawn).toBe('flowchart TD\n  n0["collect"]\n  n1["train<br/>pool gpu"]\n  n0 --> n1\n');
  });

  test('draws an order without a value dotted, and never doubles an arrow', () => {
    const drawn = planToMermaid(plan([use('a'), use('b', output('a'), ['a']), use('c', none, ['a'])]));
    expect(drawn.split('\n').slice(-3, -1)).toEqual(['  n0 --> n1', '  n0 -.-> n2']);
  });

  test('frames a map and says over what and how many at once', () => {
    const body: Body = { nodes: [use('fit', { op: 'item', map: 'seeds', path: [] })], output: output('fit') };
    const drawn = planToMermaid(
      plan([
        { id: 'seeds', kind: 'map', over: { op: 'config', path: ['seeds'] }, maxParallel: 4, body, after: [] },
        use('pick', output('seeds')),
      ]),
    );
    expect(drawn).toBe(
      [
        'flowchart TD',
        '  subgraph n0["seeds: for each of config.seeds, 4 at once"]',
        '    n1["fit"]',
        '  end',
        '  n2["pick"]',
        '  n0 --> n2',
        '',
      ].join('\n'),
    );
  });

  test('frames both arms of a branch and says its condition', () => {
    const arm = (id: string): Body => ({ nodes: [use(id)], output: none });
    const when: Expr = { op: 'gte', left: output('evaluate', 'auc'), right: { op: 'literal', value: 0.6 } };
    const drawn = planToMermaid(
      plan([
        use('evaluate'),
        { id: 'gate', kind: 'branch', when, then: arm('deploy'), else: arm('decline'), after: [] },
        { id: 'release', kind: 'approval', show: output('gate'), timeout: null, after: [] },
      ]),
    );
    expect(drawn).toContain('subgraph n1["gate: evaluate.auc ≥ 0.6"]');
    expect(drawn).toContain('subgraph n1_0["then"]');
    expect(drawn).toContain('subgraph n1_1["else"]');
    expect(drawn).toContain('n4(["release<br/>approval"])');
    expect(drawn).toContain('n0 --> n1');
    expect(drawn).toContain('n1 --> n4');
  });

  test('signs of Mermaid in a name do not break out of their label', () => {
    const drawn = planToMermaid(plan([use('a"] --> <b>#')]));
    expect(drawn).toBe('flowchart TD\n  n0["a#34;] --#62; #60;b#62;#35;"]\n');
  });

  test('law: each node is drawn once, and arrows join only what is drawn', () => {
    const chains = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(chains, (needs) => {
        const nodes = needs.map((earlier, at) =>
          use(`s${at}`, { op: 'list', items: at === 0 ? [] : earlier.map((n) => output(`s${n % at}`)) }),
        );
        const lines = planToMermaid(plan(nodes)).trimEnd().split('\n').slice(1);
        const drawn = lines.flatMap((line) => /^ +(n\d+)\[/.exec(line)?.[1] ?? []);
        const arrows = lines.filter((line) => line.includes('-->')).map((line) => line.trim().split(' --> '));
        expect(drawn).toHaveLength(nodes.length);
        expect(new Set(drawn).size).toBe(nodes.length);
        expect(new Set(arrows.map(String)).size).toBe(arrows.length);
        for (const [from, to] of arrows)
          expect([drawn.includes(from ?? ''), drawn.includes(to ?? '')]).toEqual([true, true]);
      }),
    );
  });
});

describe('exprText', () => {
  test.each<[Expr, string]>([
    [
      {
        op: 'and',
        args: [
          { op: 'eq', left: output('a'), right: none },
          { op: 'not', arg: output('b', 'ok') },
        ],
      },
      '(a = null) and (not (b.ok))',
    ],
    [{ op: 'coalesce', args: [output('a'), { op: 'literal', value: 'x' }] }, 'a ?? "x"'],
    [
      { op: 'object', fields: { k: { op: 'list', items: [{ op: 'item', map: 'm', path: ['id'] }] } } },
      '{k: [item.id]}',
    ],
  ])('%j', (expr, text) => {
    expect(exprText(expr)).toBe(text);
  });
});
