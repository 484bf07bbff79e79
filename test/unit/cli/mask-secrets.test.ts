// Danger: `perennial config`, whose output is pasted into tickets, shows the password of the database or the API's token.
import { maskSecrets } from '../../../cli/verbs/config';
import { resolveSettings } from '../../../cli/settings';

const SECRET = 'hunter2';
const { settings } = resolveSettings({});

test.each([
  ['in its place', `postgres://ana:${SECRET}@db:5432/perennial`, 'postgres://ana:***@db:5432/perennial'],
  ['in the query', `postgres://ana@db/perennial?password=${SECRET}&sslmode=require`, 'sslmode=require'],
  ['that only looks like an address', `postgres://ana:${SECRET}%40x@db/perennial`, 'postgres://ana:***@db/perennial'],
])('a password %s is masked, and the rest of the address stays', (_, databaseUrl, stays) => {
  const masked = maskSecrets({ ...settings, databaseUrl, token: SECRET });
  expect(JSON.stringify(masked)).not.toContain(SECRET);
  expect(masked['databaseUrl']).toContain(stays);
  expect(masked['token']).toBe('***');
});

test('what is not set is not masked', () => {
  expect(maskSecrets({ ...settings, databaseUrl: null, token: null })).toMatchObject({
    databaseUrl: null,
    token: null,
  });
});
