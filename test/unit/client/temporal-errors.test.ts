// Danger: a refusal reaches a person with its code and its fix said twice, or with a code that nobody knows.
import { sayingOf } from '../../../client/temporal-errors';
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
