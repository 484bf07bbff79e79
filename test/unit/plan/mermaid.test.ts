/**
 * Danger: a drawing that leaves out a node or an edge is believed. Names with Mermaid's own signs in them would break
 * the whole drawing. Checked on plans of every kind of node, and by laws over random ones.
 */
import fc from 'fast-check';
import { exprText } from '../../../core/expr/text';
import { planToMermaid } from '../../../core/plan/mermaid';
import type { Body, Expr, FinallyNode, Plan, PlanNode, PlanStep, Tolerance, WaitNode } from '../../../core/plan/plan';

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

  test('says how many items of a map may fail', () => {
    const body: Body = { nodes: [use('fit')], output: none };
    const over: Expr = { op: 'config', path: ['seeds'] };
    const tolerating = { id: 'seeds', kind: 'map', over, maxParallel: null, body, after: [] } as const;
    const label = (tolerate: Tolerance) => planToMermaid(plan([{ ...tolerating, tolerate }])).split('\n')[1];
    expect(label(2)).toBe('  subgraph n0["seeds: for each of config.seeds, 2 may fail"]');
    expect(label('all')).toBe('  subgraph n0["seeds: for each of config.seeds, all may fail"]');
  });

  test('frames a repetition and says what ends it and after how many times at the latest', () => {
    const done: Expr = { op: 'gte', left: output('fit', 'auc'), right: { op: 'literal', value: 0.9 } };
    const until = (given: Expr): PlanNode => ({
      id: 'tune',
      kind: 'until',
      initial: output('begin'),
      max: 5,
      body: { nodes: [use('fit', { op: 'item', map: 'tune', path: ['last'] })], output: given },
      after: [],
    });
    const drawn = planToMermaid(
      plan([use('begin'), until({ op: 'object', fields: { next: output('fit'), done } }), use('ship', output('tune'))]),
    );
    expect(drawn).toBe(
      [
        'flowchart TD',
        '  n0["begin"]',
        '  subgraph n1["tune: again until fit.auc ≥ 0.9, at most 5 times"]',
        '    n2["fit"]',
        '  end',
        '  n3["ship"]',
        '  n0 --> n1',
        '  n1 --> n3',
        '',
      ].join('\n'),
    );
    // What ends it is computed by a step: the body's value is that step's.
    expect(planToMermaid(plan([use('begin'), until(output('fit'))]))).toContain(
      '["tune: again until done, at most 5 times"]',
    );
  });

  test('frames the case of each value of a switch, and what else there is, and says by what it goes', () => {
    const arm = (id: string): Body => ({ nodes: [use(id, output('measure'))], output: none });
    const on: Expr = { op: 'config', path: ['size'] };
    const cases = [
      { value: 'small', body: arm('fit-here') },
      { value: '2', body: arm('fit-there') },
    ];
    const by = (otherwise: Body | null): string =>
      planToMermaid(
        plan([
          use('measure'),
          { id: 'size', kind: 'switch', on, cases, else: otherwise, after: [] },
          use('end', output('size')),
        ]),
      );
    expect(by(arm('decline'))).toBe(
      [
        'flowchart TD',
        '  n0["measure"]',
        '  subgraph n1["size: by config.size"]',
        '    subgraph n1_0["small"]',
        '      n2["fit-here"]',
        '    end',
        '    subgraph n1_1["2"]',
        '      n3["fit-there"]',
        '    end',
        '    subgraph n1_2["else"]',
        '      n4["decline"]',
        '    end',
        '  end',
        '  n5["end"]',
        '  n0 --> n2',
        '  n0 --> n3',
        '  n0 --> n4',
        '  n1 --> n5',
        '',
      ].join('\n'),
    );
    expect(by(null)).not.toContain('else');
  });

  test('draws a call with double sides, and names the pipeline where the node has another name', () => {
    const call = (id: string): PlanNode => ({
      id,
      kind: 'call',
      pipeline: 'train',
      plan: 'f'.repeat(64),
      config: output('collect'),
      after: [],
    });
    const drawn = planToMermaid(plan([use('collect'), call('train'), call('again')]));
    expect(drawn.split('\n').slice(2, -1)).toEqual([
      '  n1[["train<br/>pipeline"]]',
      '  n2[["again<br/>train<br/>pipeline"]]',
      '  n0 --> n1',
      '  n0 --> n2',
    ]);
  });

  test.each<[WaitNode['time'], string]>([
    [{ for: { op: 'literal', value: 7_200_000 } }, 'for 2h'],
    [{ for: { op: 'config', path: ['pause'] } }, 'for config.pause'],
    [{ until: { op: 'literal', value: '2030-01-01T00:00:00Z' } }, 'until 2030-01-01T00:00:00Z'],
    [{ until: { op: 'config', path: ['ripe'] } }, 'until config.ripe'],
  ])('draws a wait as a hexagon and says what for: %j', (time, text) => {
    const drawn = planToMermaid(plan([{ id: 'rest', kind: 'wait', time, after: [] }, use('ship', none, ['rest'])]));
    expect(drawn).toBe(`flowchart TD\n  n0{{"rest<br/>waits ${text}"}}\n  n1["ship"]\n  n0 -.-> n1\n`);
  });

  test('frames what comes at the end, and says whether it comes in any case', () => {
    const final = (id: string, when: FinallyNode['when'], inner: string): PlanNode => ({
      ...{ id, kind: 'finally', when, after: [] },
      body: { nodes: [use(inner)], output: none },
    });
    const drawn = planToMermaid(
      plan([use('train'), final('tidy', 'always', 'sweep'), final('tell', 'failure', 'alert')]),
    );
    expect(drawn).toBe(
      [
        'flowchart TD',
        '  n0["train"]',
        '  subgraph n1["tidy: at the end, in any case"]',
        '    n2["sweep"]',
        '  end',
        '  subgraph n3["tell: at the end, when the run failed"]',
        '    n4["alert"]',
        '  end',
        '',
      ].join('\n'),
    );
  });

  test('draws the node of every kind, and what is in it, once each', () => {
    const within = (id: string): Body => ({ nodes: [use(id)], output: none });
    // A kind that is new does not compile until it is here.
    const kinds: { readonly [K in PlanNode['kind']]: Extract<PlanNode, { kind: K }> } = {
      step: { id: 'a-step', kind: 'step', step: 'a-step', input: none, after: [] },
      map: { id: 'a-map', kind: 'map', over: none, maxParallel: null, body: within('in-map'), after: [] },
      branch: {
        id: 'a-branch',
        kind: 'branch',
        when: none,
        then: within('in-then'),
        else: within('in-else'),
        after: [],
      },
      switch: {
        ...{ id: 'a-switch', kind: 'switch', on: none, after: [] },
        cases: [{ value: 'x', body: within('in-case') }],
        else: within('in-no-case'),
      },
      approval: { id: 'an-approval', kind: 'approval', show: none, timeout: null, after: [] },
      until: { id: 'an-until', kind: 'until', initial: none, max: 2, body: within('in-until'), after: [] },
      call: { id: 'a-call', kind: 'call', pipeline: 'other', plan: 'f'.repeat(64), config: none, after: [] },
      wait: { id: 'a-wait', kind: 'wait', time: { for: { op: 'literal', value: 1_000 } }, after: [] },
      finally: { id: 'a-finally', kind: 'finally', when: 'always', body: within('in-finally'), after: [] },
    };
    const drawn = planToMermaid(plan(Object.values(kinds)));
    const inner = ['in-map', 'in-then', 'in-else', 'in-case', 'in-no-case', 'in-until', 'in-finally'];
    for (const id of [...Object.values(kinds).map((node) => node.id), ...inner]) {
      expect(drawn.split(`"${id}`)).toHaveLength(2);
    }
    // As many frames begin as end.
    expect(drawn.match(/^ *end$/gm)).toHaveLength(drawn.match(/^ *subgraph /gm)?.length ?? 0);
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
