// Danger: a declaration that no workflow can have, whose plan does not tell when a contract has changed, or whose steps nobody
// has code for.
import { z } from 'zod';
import { handWritten, planHash, step } from '../../../core';
import { checkProject } from '../../../core/checks';
import { codeOf } from './code-of';

const io = { input: z.object({ n: z.number() }), output: z.object({ n: z.number() }) };
const fit = step('fit', io);

describe('handWritten', () => {
  it('gives a plan that names the contracts, and no nodes', () => {
    const { plan, steps } = handWritten('nightlyReport', { train: fit });
    expect(plan).toMatchObject({ pipeline: 'nightlyReport', handWritten: true, body: { nodes: [] } });
    expect(Object.keys(plan.steps)).toEqual(['fit']);
    expect(steps.train).toBe(fit);
  });

  it('has another plan when a contract is another, and the same under other keys', () => {
    const hash = (given: Parameters<typeof handWritten>[1]) => planHash(handWritten('nightly', given).plan);
    expect(hash({ train: fit })).toBe(hash({ again: fit }));
    expect(hash({ train: fit })).not.toBe(hash({ train: step('fit', { ...io, timeout: '1h' }) }));
  });

  it.each<[string, () => unknown]>([
    ['no name', () => handWritten('', { fit })],
    ['the name of an engine workflow', () => handWritten('perennial.keeper', { fit })],
    ['one step under two keys', () => handWritten('nightly', { fit, again: fit })],
  ])('%s is refused', (_what, define) => {
    expect(codeOf(define)).toBe('PER_DEF_040');
  });

  it('needs code for its steps as a pipeline does', () => {
    const findings = checkProject({ plans: [handWritten('nightly', { fit }).plan], models: [], steps: { cpu: [] } });
    expect(findings).toMatchObject([
      { code: 'PER_DEF_014', message: expect.stringContaining('of the workflow nightly') as string },
    ]);
  });
});
