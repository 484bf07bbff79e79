// Danger: a worker announces other keys than it goes by itself, or those of a program, whose files may be edited at any time.
import { tmpdir } from 'node:os';
import pino from 'pino';
import { z } from 'zod';
import type { RunStepDependencies } from '../../../activities/run-step';
import { announcedSteps } from '../../../activities/run-step/announced';
import { openResources } from '../../../activities/run-step/resources';
import { command, implement, notSecret, resource, secret, step } from '../../../core';
import { diskArtifacts } from '../../../store/artifacts';
import { openDb } from '../../../store/db';
import { readEnvironment } from '../../../store/environment';
import { aCode } from '../../a-code';

const warehouse = resource('warehouse', z.object({ host: notSecret(z.string()), password: secret(z.string()) }));
const contract = { input: z.object({}), output: z.object({}), pool: 'gpu' };
const fit = step('fit', contract);
const load = step('load', { ...contract, resources: { db: warehouse } });
const script = step('script', contract);
const steps = implement(
  { fit, load, script },
  { fit: () => ({}), load: () => ({}), script: command({ program: 'node', arguments: ['fit.js'] }) },
);

async function announced({ host = 'a', password = 'one', content = 'code', build = 'b' } = {}) {
  // Nothing here asks it.
  const db = openDb('postgres://nobody@127.0.0.1:1/nothing');
  const dependencies: RunStepDependencies = {
    db,
    artifacts: diskArtifacts(db, tmpdir()),
    environment: { ...readEnvironment({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' }), engine: build },
    log: pino({ level: 'silent' }),
    standard: [steps],
    standardCode: aCode(content),
    project: null,
    resources: await openResources([fit, load, script], [], { warehouse: { host, password } }),
  };
  return new Map(announcedSteps(dependencies, ['fit', 'load', 'script']).map((one) => [one.step, one]));
}

test('a program is not announced; what is has the code of the worker, and the environment of the step', async () => {
  const first = await announced();
  expect([...first.keys()]).toEqual(['fit', 'load']);
  expect(first.get('fit')?.code).toBe(aCode().digest);
  expect(first.get('fit')?.environment).not.toBe(first.get('load')?.environment);
  expect(await announced({ password: 'two' })).toEqual(first);
});

test('other code, another build and another visible resource are announced as such', async () => {
  const first = await announced();
  expect((await announced({ content: 'other' })).get('fit')?.code).not.toBe(first.get('fit')?.code);
  expect((await announced({ build: 'c' })).get('fit')?.environment).not.toBe(first.get('fit')?.environment);
  const moved = await announced({ host: 'b' });
  expect(moved.get('fit')).toEqual(first.get('fit'));
  expect(moved.get('load')?.environment).not.toBe(first.get('load')?.environment);
});
