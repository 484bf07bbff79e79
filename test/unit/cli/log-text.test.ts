// Danger: a line of a log cannot be told from the next, or what a step prints moves the cursor of who reads it.
import { logText } from '../../../cli/views/log-text';

const line = {
  run: 'r',
  node: 'per-seed[3]/train',
  execution: 2,
  attempt: 2,
  at: '2026-11-30T18:00:00.123Z',
  level: 'warn',
  message: 'first\nsecond \u001b[2J',
  fields: { loss: 0.5 },
} as const;

test('a line names its time, level, node and attempt, and has its fields; piped it is as it was said', () => {
  expect(logText(line, false)).toBe(
    '2026-11-30T18:00:00.123Z warn  per-seed[3]/train #2  first\n    second \u001b[2J {"loss":0.5}',
  );
  expect(logText({ ...line, message: 'x', fields: {} }, false)).toMatch(/#2 {2}x$/);
});

test('at a terminal the level alone has a colour, and nothing else can move the cursor', () => {
  const text = logText(line, true, true);
  expect(text).toContain('second \\x1b[2J {"loss":0.5}');
  expect(text.split('\u001b')).toHaveLength(3);
  expect(logText(line, true, false)).not.toContain('\u001b');
});
