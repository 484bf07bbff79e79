// Danger: a refusal reaches a person with its code and its fix said twice, or with a code that nobody knows; or what Temporal
// says of search attributes as a stack trace.
import { sayingOf, temporalFailure } from '../../../client/temporal-errors';
import { perennialError } from '../../../core/errors';

test('a refusal is told apart from its code and the fix of the table, so that it can be said once', () => {
  const error = perennialError('PER_RUN_016', 'The answer was refused (weight: too big).');
  const said = sayingOf({ type: error.code, message: error.message });
  expect(said).toEqual({ code: 'PER_RUN_016', detail: 'The answer was refused (weight: too big).' });
  expect(perennialError('PER_RUN_016', said?.detail ?? '').message).toBe(error.message);
});

test.each(['Error', 'toString', undefined])('a failure of the type %s is none of the table', (type) => {
  expect(sayingOf({ type, message: 'x' })).toBeNull();
});

test.each([
  'Namespace default has no mapping defined for search attribute PerennialPipeline',
  'invalid query: unable to convert filter expression: invalid search attribute: PerennialPipeline',
])('before the first worker of the pool cpu a refusal says who registers the attributes: %s', (details) => {
  const error = Object.assign(new Error(`3 INVALID_ARGUMENT: ${details}`), { code: 3, details, metadata: {} });
  const told = temporalFailure(new Error('Failed to start Workflow', { cause: error }));
  expect(told).toMatchObject({ code: 'PER_STACK_101', fault: 'user' });
  expect(String(told)).toContain('worker of the pool cpu');
});

test("a search attribute of the user's own stays what Temporal says of it", () => {
  const details = 'Namespace default has no mapping defined for search attribute Customer';
  const error = Object.assign(new Error(details), { code: 3, details, metadata: {} });
  expect(temporalFailure(error)).toBe(error);
});
