// Danger: a search attribute that runs are started with but that the embedded server was not told of makes every start fail.
import { SEARCH_ATTRIBUTES as used } from '../../../client/search-attributes';
import { temporalArguments } from '../../../workers/embedded/temporal';
import { SEARCH_ATTRIBUTES as registered } from '../../../workers/search-attributes';

test('what the client uses is what the stack registers', () => {
  const names = Object.values(used).map(({ name }) => name);
  expect(Object.keys(registered).sort()).toEqual([...names].sort());
});

test('the embedded server is told of each, keeps to loopback, and writes its database with WAL', () => {
  const args = temporalArguments('/state', { grpc: 1, ui: 2 });
  for (const name of Object.keys(registered)) expect(args).toContain(`${name}=Keyword`);
  expect(args[args.indexOf('--ip') + 1]).toBe('127.0.0.1');
  expect(args).toContain('journal_mode=WAL');
  expect(args.filter((arg) => arg.endsWith('ProcessorMaxPollRPS=2000'))).toHaveLength(4);
});
