// Danger: a process starts half configured, or an error about the configuration prints a password.
import { join } from 'node:path';
import { environmentVariables, readEnvironment } from '../../../store/environment';

const DATABASE_URL = 'postgres://me:secret@db/perennial';

test('folders hang under the state folder unless they are named, and are absolute', () => {
  const environment = readEnvironment({ DATABASE_URL, PERENNIAL_STATE: '/state', PERENNIAL_PREDICTIONS: '/else' });
  expect(environment).toMatchObject({
    artifacts: join('/state', 'artifacts'),
    predictions: '/else',
    host: '127.0.0.1',
  });
  expect(environment.token).toBeNull();
});

test('what is missing or malformed is named, and no value is repeated', () => {
  expect(() => readEnvironment({})).toThrow('DATABASE_URL');
  expect(() => readEnvironment({ DATABASE_URL: '' })).toThrow('DATABASE_URL');
  const wrong = { DATABASE_URL: 'mysql://me:secret@db', PERENNIAL_LOG_LEVEL: 'loud' };
  expect(() => readEnvironment(wrong)).toThrow(/DATABASE_URL.*PERENNIAL_LOG_LEVEL/);
  expect(() => readEnvironment(wrong)).not.toThrow('secret');
});

test('a build is called what Temporal takes, and a shell without quotes', () => {
  const named = (PERENNIAL_BUILD: string) => readEnvironment({ DATABASE_URL, PERENNIAL_BUILD }).build;
  for (const name of ['v1.2.3-rc.1+5', '3f9a1c0b2d4e-77aa01bc92fe', 'ghcr.io/a/b:1', 'b@sha256:0a'])
    expect(named(name)).toBe(name);
  for (const name of ['a b', "a'b", '-a', '__a', 'a\n', 'a'.repeat(201)]) {
    expect(() => named(name)).toThrow(/\[PER_RUN_001\].*PERENNIAL_BUILD/);
  }
});

test('a child process that is given the variables sees the same environment', () => {
  const environment = readEnvironment({
    DATABASE_URL,
    PERENNIAL_TOKEN: 't',
    PERENNIAL_BUILD: 'b',
    PERENNIAL_COLLECT_HOSTS: 'Lake, 10.0.0.1',
  });
  expect(environment.collectHosts).toEqual(['lake', '10.0.0.1']);
  expect(readEnvironment(environmentVariables(environment))).toEqual(environment);
});
