// Danger: a plan or a project that cannot run and is found out only by running it, or a message without node and repair.
import { checkProject, findingsOf, refuse } from '../../../core/checks';
import type { Plan, PlanNode } from '../../../core/plan/plan';
import { noop, planOf } from './plans';

const read = (node: string): PlanNode => ({
  kind: 'step',
  id: `reads-${node}`,
  step: 'noop',
  input: { op: 'output', node, path: [] },
  after: [],
});
const plan: Plan = planOf({ nodes: [], output: { op: 'literal', value: null } });

describe('checks over a plan', () => {
  it('find config keys and outputs that nothing uses, as warnings', () => {
    const unused: Plan = {
      ...planOf({
        nodes: [{ kind: 'step', id: 'alone', step: 'noop', input: { op: 'config', path: ['a', 'x'] }, after: [] }],
        output: { op: 'literal', value: null },
      }),
      config: { type: 'object', properties: { a: {}, b: {} } },
    };
    expect(findingsOf(unused).map(({ severity, node, message }) => [severity, node, message])).toEqual([
      ['warning', null, 'Nothing in p reads config.b.'],
      ['warning', 'alone', 'Nothing in p reads the output of alone.'],
    ]);
    expect(() => refuse(findingsOf(unused))).not.toThrow();
  });

  it('do not ask for a reader of a step that acts on the world, or that others stand after', () => {
    const acting = { ...noop, name: 'acting', cache: false };
    const nodes: PlanNode[] = [
      { kind: 'step', id: 'act', step: 'acting', input: { op: 'literal', value: 1 }, after: [] },
      { kind: 'step', id: 'first', step: 'noop', input: { op: 'literal', value: 1 }, after: [] },
      { kind: 'step', id: 'second', step: 'acting', input: { op: 'literal', value: 1 }, after: ['first'] },
    ];
    expect(
      findingsOf({ ...planOf({ nodes, output: { op: 'literal', value: null } }), steps: { noop, acting } }),
    ).toEqual([]);
  });

  it('throw the first error with the messages of all, with the repair', () => {
    const leaking = planOf({ nodes: [read('nowhere'), read('elsewhere')], output: { op: 'literal', value: null } });
    expect(() => refuse(findingsOf(leaking))).toThrow(
      /PER_DEF_010.*reads-nowhere.*Also: reads-elsewhere.*Return it from/,
    );
  });

  it('find scopes that nest too deep', () => {
    const nested = (depth: number): PlanNode => ({
      kind: 'branch',
      id: `b${depth}`,
      when: { op: 'literal', value: true },
      then: { nodes: depth > 0 ? [nested(depth - 1)] : [], output: { op: 'literal', value: 1 } },
      else: null,
      after: [],
    });
    const messages = findingsOf(planOf({ nodes: [nested(9)], output: { op: 'literal', value: 1 } })).map(
      ({ code }) => code,
    );
    expect(messages).toEqual(['PER_DEF_011']);
  });
});

describe('checks over a project', () => {
  const gpu: Plan = { ...plan, pipeline: 'q', steps: { big: { ...noop, name: 'big', pool: 'gpu' } } };

  it('pass when every step has code in a known pool', () => {
    expect(
      checkProject({ plans: [planOf(plan.body), gpu], models: ['m'], steps: { cpu: ['noop'], gpu: ['big'] } }),
    ).toEqual([]);
  });

  it('name an unknown pool and those that are known', () => {
    const [finding] = checkProject({ plans: [gpu], models: [], steps: { cpu: ['big'] } });
    expect(finding).toMatchObject({ code: 'PER_DEF_013', severity: 'error', node: 'big' });
    expect(finding?.message).toContain("'gpu' (known: cpu)");
  });

  it('name a step without code, and where it has some', () => {
    const [finding] = checkProject({ plans: [gpu], models: [], steps: { cpu: ['big'], gpu: [] } });
    expect(finding).toMatchObject({ code: 'PER_DEF_014', node: 'big' });
    expect(finding?.message).toContain('it has in cpu');
  });

  it('name what is called the same', () => {
    const other: Plan = { ...plan, pipeline: 'r', steps: { noop: { ...noop, contract: 'another' } } };
    const findings = checkProject({ plans: [plan, plan, other], models: ['m', 'm'], steps: { cpu: ['noop'] } });
    expect(findings.map(({ message }) => message)).toEqual([
      'Two pipelines are called p.',
      'Two models are called m.',
      'Two different steps of this project are called noop.',
    ]);
  });
});
