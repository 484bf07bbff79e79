// Danger: a bug of the user's code is taken for one of the engine, or what can never succeed is tried again; or a secret gets out
// with what is told; or one step's error ends the worker.
import { ApplicationFailure, DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import {
  describe as describeError,
  forTemporal,
  maskFailure,
  toApplicationFailure,
  toRecord,
} from '../../../activities/run-step/failure';
import { maskOf } from '../../../activities/run-step/resources';
import { perennialError } from '../../../core/errors';

class BadDataset extends Error {}

test.each([
  ['an error of the table by its row', perennialError('PER_RUN_002', 'x.'), [], 'PER_RUN_002', 'engine', false],
  ['a class of the user by its name', new BadDataset('x'), [], 'BadDataset', 'user', true],
  ['never, by class', new BadDataset('x'), ['BadDataset'], 'BadDataset', 'user', false],
  ['never, by code', Object.assign(new Error('x'), { code: 'ENOENT' }), ['ENOENT'], 'ENOENT', 'user', false],
  [
    'never, by the code of the table',
    perennialError('PER_RUN_009', 'x.'),
    ['PER_RUN_009'],
    'PER_RUN_009',
    'engine',
    false,
  ],
  ['a failure made for Temporal', ApplicationFailure.nonRetryable('x', 'Mine'), [], 'Mine', 'user', false],
  ['something that is no error', 'a text', [], 'Error', 'user', true],
] as const)('%s', (_, error, never, type, fault, retryable) => {
  expect(describeError(error, never)).toMatchObject({ type, fault, retryable });
});

test('a message is cut to what Temporal and Postgres keep', () => {
  const { message } = describeError(new Error(`a\0${'😀'.repeat(3_000)}`));
  expect(message.length).toBeLessThanOrEqual(2_000);
  expect(message).not.toMatch(/\0|\p{Surrogate}/u);
});

test('what is taken out of a message puts no secret together', () => {
  const mask = maskOf([], new Map([['account', 'token-of-the-account']]));
  expect(describeError(new Error('a token-\0of-the-\0account b'), [], mask).message).toBe('a [secret] b');
});

test('a failure that another process tells of is masked, whatever it says', () => {
  const mask = maskOf([], new Map([['account', 'token-of-the-account']]));
  const told = describeError(Object.assign(new Error('a token-of-the-account'), { code: 'x-token-of-the-account' }));
  expect(JSON.stringify(told)).toContain('token-of');
  expect(JSON.stringify(maskFailure(told, mask))).not.toContain('token-of');
  expect(maskFailure(told, mask)).toMatchObject({
    type: 'x-[secret]',
    message: 'a [secret]',
    fault: 'user',
    retryable: true,
  });
});

test('Temporal is told type, fault and whether to try again', () => {
  const cause = new BadDataset('x');
  const failure = toApplicationFailure(describeError(cause, ['BadDataset']), cause);
  expect(failure).toMatchObject({ type: 'BadDataset', nonRetryable: true, details: [{ fault: 'user' }], cause });
});

test('a delay that the step asks for is recorded and kept, also by one that ran in another process', () => {
  const failure = describeError(
    ApplicationFailure.create({ message: 'x', type: 'Busy', nextRetryDelay: '10 minutes' }),
  );
  expect(toRecord(failure, '/project')).toMatchObject({ type: 'Busy', nextDelay: 600_000 });
  expect(toApplicationFailure(failure).nextRetryDelay).toBe(600_000);
  expect(toRecord(describeError(new BadDataset('x')), '/project')).not.toHaveProperty('nextDelay');
  expect(toApplicationFailure(describeError(new BadDataset('x'))).nextRetryDelay).toBeUndefined();
});

test('a delay that is no length of time is left out, where the SDK would end the worker over it', () => {
  const converted = (error: unknown) => new DefaultFailureConverter().errorToFailure(error, defaultPayloadConverter);
  const given = { message: 'x', type: 'Busy', details: [7], nonRetryable: true };
  // The type allows nothing but a length; a step's code may be JavaScript.
  for (const delay of ['in a while', Number.NaN]) {
    const bad = Object.defineProperty(ApplicationFailure.create(given), 'nextRetryDelay', { value: delay });
    expect(() => converted(bad)).toThrow(/Invalid/);
    expect(converted(forTemporal(bad, []))).toMatchObject({
      message: 'x',
      applicationFailureInfo: { type: 'Busy', nonRetryable: true, nextRetryDelay: undefined },
    });
    expect(toRecord(describeError(bad), '/project')).not.toHaveProperty('nextDelay');
  }
  const sound = ApplicationFailure.create({ ...given, nextRetryDelay: '3s' });
  expect(forTemporal(sound, [])).toBe(sound);
});

describe('the place in the code that is recorded', () => {
  const thrown = (message: string, stack: string): Error => {
    const error = new Error(message);
    error.stack = `Error: ${message}\n${stack}`;
    return error;
  };
  const at = (error: Error): string | undefined => toRecord(describeError(error), '/project').at;

  test('is the innermost line of the project, neither of a package nor of what lies elsewhere', () => {
    const stack = [
      '    at parse (/project/node_modules/zod/index.js:3:9)',
      '    at /lib/other.js:1:2',
      '    at async file:///project/pipelines/churn/steps.cpu.ts:12:5',
      '    at train (/project/pipelines/churn/steps.cpu.ts:40:5)',
    ].join('\n');
    expect(at(thrown('no rows', stack))).toBe('pipelines/churn/steps.cpu.ts:12');
  });

  test('is none where no frame is of the project, whatever the message says', () => {
    expect(at(thrown('x', '    at f (/elsewhere/a.ts:1:2)'))).toBeUndefined();
    expect(at(thrown('x\n    at f (/project/a.ts:1:2)', '    at f (/elsewhere/a.ts:1:2)'))).toBeUndefined();
    expect(toRecord(describeError('a text'), '/project')).not.toHaveProperty('at');
  });

  test.each(['file://elsewhere/a.ts', 'file:///a%2Fb.ts', 'file://['])(
    'passes over %s, which is no file here',
    (odd) => {
      const stack = `    at f (${odd}:1:2)\n    at g (/project/a.ts:3:4)`;
      expect(at(thrown('x', stack))).toBe('a.ts:3');
    },
  );

  test('holds nothing of a secret that is part of it', () => {
    const mask = maskOf([], new Map([['key', 'hunter2-hunter2']]));
    const error = thrown('x', '    at f (/project/hunter2-hunter2/a.ts:1:2)');
    expect(toRecord(describeError(error, [], mask), '/project').at).not.toContain('hunter2');
  });
});
