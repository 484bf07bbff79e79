// Danger: a cleanup that does not run when the run fails or is cancelled, runs twice, or hides how the run ended.
import { z } from 'zod';
import { coalesce, eq, pipeline, step } from '../../../core';
import type { Json } from '../../../core/plan/json';
import { codeOf } from './code-of';
import { drive, type Drive } from './drive';

const load = step('load', { input: z.object({}), output: z.object({ table: z.string() }) });
const use = step('use', { input: z.object({ table: z.string() }), output: z.number() });
const drop = step('drop', { input: z.object({ table: z.string().nullable(), status: z.string() }), output: z.null() });
const alert = step('alert', {
  input: z.object({ why: z.string().nullable(), node: z.string().nullable() }),
  output: z.null(),
});

const plan = pipeline('guarded', {
  config: z.object({}),
  graph(g) {
    const loaded = g.run(load, {});
    const used = g.run(use, { table: loaded.table });
    g.always('cleanup', (end) => {
      g.run(drop, { table: coalesce(loaded.table, null), status: end.status });
    });
    g.onFailure('tell', (end) => {
      g.run(alert, { why: end.message, node: end.node });
    });
    return used;
  },
}).plan;

const broken = { type: 'Broken', message: 'broken', fault: 'user', retryable: false } as const;

function run(failing: string | null, how: Partial<Drive> = {}) {
  const inputs: Record<string, Json> = {};
  const driven = drive(
    plan,
    {},
    {
      step(address, input) {
        inputs[address] = input;
        if (address === failing) return { failure: broken };
        return { output: address === 'load' ? { table: 't' } : address === 'use' ? 7 : null };
      },
      ...how,
    },
  );
  return { ...driven, inputs };
}

describe('final bodies', () => {
  it('run what is done in any case after a run that completed, and nothing that is for a failure', () => {
    const { end, started, inputs } = run(null);
    expect(end).toMatchObject({ status: 'completed', output: 7 });
    expect(started).toEqual(['load', 'use', 'drop']);
    expect(inputs['drop']).toEqual({ table: 't', status: 'completed' });
  });

  it('run what is for a failure first, then what is done in any case, and keep the reason', () => {
    const { end, started, inputs, commands } = run('use');
    expect(end).toMatchObject({ status: 'failed', failure: broken, reason: 'use: broken' });
    expect(started).toEqual(['load', 'use', 'alert', 'drop']);
    expect(inputs['alert']).toEqual({ why: 'use: broken', node: 'use' });
    expect(commands.at(-1)?.type).toBe('end');
  });

  it('read null for what never came to be', () => {
    expect(run('load').inputs['drop']).toEqual({ table: null, status: 'failed' });
  });

  it('run after a cancellation, and a second one does not stop them', () => {
    const { end, started, inputs } = run(null, { cancelAfter: 1 });
    expect(end.status).toBe('cancelled');
    expect(started).toEqual(['load', 'use', 'drop']);
    expect(inputs['drop']).toEqual({ table: 't', status: 'cancelled' });
  });

  it('fail a run that had completed when they fail, and leave an earlier failure as it was', () => {
    expect(run('drop').end).toMatchObject({ status: 'failed', output: null, reason: 'drop: broken' });
    const both = drive(
      plan,
      {},
      { step: (address) => (address === 'load' ? { output: { table: 't' } } : { failure: broken }) },
    );
    expect(both.end.reason).toBe('use: broken');
    expect(both.started).toEqual(['load', 'use', 'alert', 'drop']);
  });

  it('are told of as skipped when they are not run', () => {
    const notes = run(null).commands.flatMap((command) => (command.type === 'note' ? [command.note] : []));
    expect(notes.filter(({ status }) => status === 'skipped').map(({ address }) => address)).toEqual(['tell', 'alert']);
  });

  it('may branch on how the run ended', () => {
    const branching = pipeline('branching', {
      config: z.object({}),
      graph(g) {
        g.run(load, {});
        g.always('cleanup', (end) => {
          g.branch('cancelled', eq(end.status, 'cancelled'), {
            then: () => g.run(drop, { table: null, status: end.status }),
          });
        });
      },
    }).plan;
    const step = (): { output: Json } => ({ output: { table: 't' } });
    expect(drive(branching, {}, { step }).started).toEqual(['load']);
    expect(drive(branching, {}, { step, cancelAfter: 0 }).started).toEqual(['load', 'drop']);
  });

  it('are refused inside a branch, and where they read what may not be there', () => {
    const inside = () =>
      pipeline('inside', {
        config: z.object({ on: z.boolean() }),
        graph: (g, config) => {
          g.branch('arm', config.on, {
            then: () => {
              g.always('cleanup', () => undefined);
            },
          });
        },
      });
    const bare = () =>
      pipeline('bare', {
        config: z.object({}),
        graph: (g) => {
          const loaded = g.run(load, {});
          g.always('cleanup', () => {
            g.run(use, { table: loaded.table });
          });
        },
      });
    expect(codeOf(inside)).toBe('PER_DEF_018');
    expect(codeOf(bare)).toBe('PER_DEF_018');
  });
});
