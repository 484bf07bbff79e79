// Danger: a bug of the user's code is taken for one of the engine, or what can never succeed is tried again.
import { ApplicationFailure } from '@temporalio/common';
import { describe as describeError, toApplicationFailure, toRecord } from '../../../activities/run-step/failure';
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

test('Temporal is told type, fault and whether to try again', () => {
  const cause = new BadDataset('x');
  const failure = toApplicationFailure(describeError(cause, ['BadDataset']), cause);
  expect(failure).toMatchObject({ type: 'BadDataset', nonRetryable: true, details: [{ fault: 'user' }], cause });
});

test('a delay that the step asks for is recorded and kept, also by one that ran in another process', () => {
  const failure = describeError(
    ApplicationFailure.create({ message: 'x', type: 'Busy', nextRetryDelay: '10 minutes' }),
  );
  expect(toRecord(failure)).toMatchObject({ type: 'Busy', nextDelay: 600_000 });
  expect(toApplicationFailure(failure).nextRetryDelay).toBe(600_000);
  expect(toRecord(describeError(new BadDataset('x')))).not.toHaveProperty('nextDelay');
  expect(toApplicationFailure(describeError(new BadDataset('x'))).nextRetryDelay).toBeUndefined();
});
