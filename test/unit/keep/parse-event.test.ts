// Danger: anybody who reaches Temporal can signal a keeper; a value that the records refuse would stop it for good.
import { parseKeeperEvent } from '../../../core/keep/parse-event';

const cause = {
  id: 'm/drift/psi',
  kind: 'drift',
  version: 1,
  window: { from: '2001-01-01T00:00:00.000Z', to: '2001-01-08T00:00:00.000Z' },
  eventTime: '2001-01-08T00:00:00.000Z',
  evidence: { psi: 0.3 },
};

function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let i = 0; i < depth; i += 1) value = [value];
  return value;
}

test('evidence may spell out what it may not hold, and hold whole pairs', () => {
  const told = { ...cause, evidence: { said: 'a \\u0000 and a \\ud83d', '\\u0000': '\u{1F600}' } };
  expect(parseKeeperEvent({ type: 'cause', cause: told })).toEqual({ type: 'cause', cause: told });
});

test('a well-formed event comes back with nothing but its own fields', () => {
  expect(parseKeeperEvent({ type: 'cause', cause: { ...cause, extra: 1 }, more: 2 })).toEqual({ type: 'cause', cause });
  expect(parseKeeperEvent({ type: 'rolled-back', seq: 3 })).toEqual({ type: 'rolled-back', seq: 3 });
});

test.each([
  ['no object', 'retrain!'],
  ['an unknown type', { type: 'retrain' }],
  ['no cause', { type: 'cause' }],
  ['an unknown kind', { type: 'cause', cause: { ...cause, kind: 'whim' } }],
  ['no id', { type: 'cause', cause: { ...cause, id: '' } }],
  ['an endless id', { type: 'cause', cause: { ...cause, id: 'x'.repeat(501) } }],
  ['an instant without milliseconds', { type: 'cause', cause: { ...cause, eventTime: '2001-01-08T00:00:00Z' } }],
  ['a day that is none', { type: 'cause', cause: { ...cause, eventTime: '2001-02-30T00:00:00.000Z' } }],
  [
    'a window that ends before it begins',
    { type: 'cause', cause: { ...cause, window: { from: cause.window.to, to: cause.window.from } } },
  ],
  ['a version beyond the column', { type: 'cause', cause: { ...cause, version: 2 ** 31 } }],
  ['evidence with NUL', { type: 'cause', cause: { ...cause, evidence: 'a\u0000b' } }],
  ['evidence with half of a pair', { type: 'cause', cause: { ...cause, evidence: { deep: ['a\ud83d'] } } }],
  ['evidence with half of a pair in a key', { type: 'cause', cause: { ...cause, evidence: [{ '\ude00': 1 }] } }],
  ['an id with half of a pair', { type: 'cause', cause: { ...cause, id: 'a\ud83d' } }],
  ['a reason with half of a pair', { type: 'run-ended', runId: 'r', status: 'failed', reason: '\udc00' }],
  ['large evidence', { type: 'cause', cause: { ...cause, evidence: 'x'.repeat(64 * 1024) } }],
  ['bottomless evidence', { type: 'cause', cause: { ...cause, evidence: nested(10_000) } }],
  ['no evidence', { type: 'cause', cause: { ...cause, evidence: undefined } }],
  ['an unknown end', { type: 'run-ended', runId: 'r', status: 'gone', reason: '' }],
  ['a candidate without a version', { type: 'candidate', decisionId: 'd', eventTime: cause.eventTime, reason: '' }],
  ['a freeze by nobody', { type: 'freeze', id: '1', eventTime: cause.eventTime }],
])('%s is no event', (_what, value) => {
  expect(parseKeeperEvent(value)).toBeNull();
});
