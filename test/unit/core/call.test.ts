// Danger: a call that runs another plan than the one it was written against, or whose failure is lost.
import { z } from 'zod';
import { pipeline, planHash, step, withCalled } from '../../../core';
import { drive } from './drive';

const one = step('one', { input: z.object({ n: z.number() }), output: z.object({ n: z.number() }) });
const inner = pipeline('inner', {
  config: z.object({ n: z.number(), extra: z.string().default('x') }),
  graph: (g, config) => ({ n: g.run(one, { n: config.n }).n, extra: config.extra }),
});
const outer = pipeline('outer', {
  config: z.object({ list: z.array(z.number()) }),
  graph: (g, config) => g.map('each', config.list, (n) => g.call(inner, { n }).n),
});
const top = pipeline('top', {
  config: z.object({ n: z.number() }),
  graph: (g, config) => [g.call(inner, { n: config.n }, { id: 'first' }), g.call(outer, { list: [1] })],
});

describe('a call', () => {
  it('hands its config to a run of the plan that it was written against, and gives its value', () => {
    const { commands, end } = drive(outer.plan, { list: [4, 5] }, { step: (_, config) => ({ output: config }) });
    const calls = commands.filter(({ type }) => type === 'run-call');
    expect(calls).toEqual([
      {
        type: 'run-call',
        address: 'each[0]/inner',
        node: 'inner',
        pipeline: 'inner',
        plan: planHash(inner.plan),
        config: { n: 4 },
      },
      {
        type: 'run-call',
        address: 'each[1]/inner',
        node: 'inner',
        pipeline: 'inner',
        plan: planHash(inner.plan),
        config: { n: 5 },
      },
    ]);
    expect(end.output).toEqual([4, 5]);
  });

  it('fails its run with what failed', () => {
    const failure = { type: 'PER_FLOW_005', message: 'no', fault: 'user', retryable: false } as const;
    expect(drive(outer.plan, { list: [4] }, { step: () => ({ failure }) }).end).toMatchObject({
      status: 'failed',
      failure,
    });
  });

  it('fails when the value that comes back is too large to travel', () => {
    const { end } = drive(outer.plan, { list: [1] }, { step: () => ({ output: { n: 'x'.repeat(600_000) } }) });
    expect(end).toMatchObject({ status: 'failed', failure: { type: 'PER_FLOW_004' } });
  });

  it('brings the called pipelines along, each once', () => {
    expect(withCalled([top]).map(({ name }) => name)).toEqual(['top', 'inner', 'outer']);
    expect(withCalled([outer, top]).map(({ name }) => name)).toEqual(['outer', 'top', 'inner']);
  });

  it('changes the plan of its caller when the called plan changes', () => {
    const other = pipeline('inner', {
      config: z.object({ n: z.number() }),
      graph: (g, config) => g.run(one, { n: config.n }),
    });
    const with_ = (called: typeof inner | typeof other) =>
      planHash(pipeline('caller', { config: z.object({}), graph: (g) => g.call(called, { n: 1 }) }).plan);
    expect(with_(other)).not.toBe(with_(inner));
  });
});
