// Danger: keeping log lines slows a run or stops it: lines that wait take all memory, an execution waits for records that are
// away. Or lines come in a wrong order, are lost without a word, or break the statement that carries them.
import type { Db } from '../../../store/db';
import { openLineRecords, type LineOptions } from '../../../store/logs/line-records';
import { keptFields, keptMessage, LONGEST } from '../../../store/logs/line-text';
import type { NewLine } from '../../../store/logs/log-row';

const at = { run: 'r', address: 'a', fence: 1, attempt: 1 };

/** Never asked: the insert is given. */
const noDb = {} as Db;

function stage(options: Partial<LineOptions> & { insert: NonNullable<LineOptions['insert']> }) {
  const warned: string[] = [];
  const log = { warn: (_: unknown, message?: string) => void warned.push(message ?? '') };
  return { warned, records: openLineRecords(noDb, { log, interval: 5, ...options }) };
}

function away(): Error {
  return Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
}

test('lines go together and in their order, and are kept when the execution ends', async () => {
  const batches: (readonly NewLine[])[] = [];
  const { records } = stage({ interval: 60_000, insert: (lines) => Promise.resolve(void batches.push(lines)) });
  const [one, two] = [records.of(at), records.of({ ...at, address: 'b' })];
  for (let i = 0; i < 20; i += 1) {
    one.add('info', `one ${i}`, '{}');
    two.add('info', `two ${i}`, '{}');
  }
  expect(batches).toEqual([]);
  await one.end();
  expect(batches).toHaveLength(1);
  const said = batches.flat().filter(({ address }) => address === 'a');
  expect(said.map(({ message }) => message)).toEqual(Array.from({ length: 20 }, (_, i) => `one ${i}`));
  expect(said.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

test('an execution without lines asks nothing of the records', async () => {
  const insert = jest.fn(() => Promise.resolve());
  const { records } = stage({ insert });
  await records.of(at).end();
  await records.stop();
  expect(insert).not.toHaveBeenCalled();
});

test('above the limit lines are left out, and the last line says how many', async () => {
  const kept: NewLine[] = [];
  const { records } = stage({ most: 3, insert: (lines) => Promise.resolve(void kept.push(...lines)) });
  const lines = records.of(at);
  for (let i = 0; i < 10; i += 1) lines.add('info', String(i), '{}');
  await lines.end();
  expect(kept.map(({ message }) => message)).toEqual([
    '0',
    '1',
    '2',
    '7 more lines were left out: an execution keeps 3',
  ]);
});

test('while the records are away an execution ends in time, and its lines are written later', async () => {
  const kept: NewLine[] = [];
  let isAway = true;
  const { records, warned } = stage({
    patience: 30,
    insert: (lines) => (isAway ? Promise.reject(away()) : Promise.resolve(void kept.push(...lines))),
  });
  const lines = records.of(at);
  lines.add('info', 'early', '{}');
  await lines.end();
  expect([kept, warned]).toEqual([[], ['log lines wait: the records do not take them now']]);
  isAway = false;
  lines.add('info', 'late', '{}');
  await records.stop();
  expect(kept.map(({ message }) => message)).toEqual(['early', 'late']);
});

test('an insert that never returns holds no execution up', async () => {
  const { records } = stage({ patience: 20, insert: () => new Promise(() => undefined) });
  const lines = records.of(at);
  lines.add('info', 'x', '{}');
  await lines.end();
  await records.stop();
});

test('what finds no room is dropped and told, and the rest is kept', async () => {
  const kept: NewLine[] = [];
  let isAway = true;
  const { records } = stage({
    room: 100,
    patience: 20,
    insert: (lines) => (isAway ? Promise.reject(away()) : Promise.resolve(void kept.push(...lines))),
  });
  const lines = records.of(at);
  for (let i = 0; i < 50; i += 1) lines.add('info', 'x'.repeat(18), '{}');
  await lines.end();
  isAway = false;
  await records.stop();
  expect(kept).toHaveLength(6);
  expect(kept.at(-1)?.message).toBe('45 lines were lost: the records did not take them in time');
});

test('what the records refuse is dropped with a word, and those after it are kept', async () => {
  const kept: NewLine[] = [];
  const { records, warned } = stage({
    insert: (lines) =>
      lines.some(({ message }) => message === 'bad')
        ? Promise.reject(Object.assign(new Error('no'), { code: '22P05' }))
        : Promise.resolve(void kept.push(...lines)),
  });
  const lines = records.of(at);
  lines.add('info', 'bad', '{}');
  await lines.end();
  lines.add('info', 'good', '{}');
  await lines.end();
  expect(warned).toEqual(['log lines are lost: the records refuse them']);
  expect(kept.map(({ message }) => message)).toEqual([
    'good',
    '1 lines were lost: the records did not take them in time',
  ]);
});

test('of a batch only the lines are lost that the records refuse; the others are kept in their order', async () => {
  const kept: NewLine[] = [];
  let statements = 0;
  const { records, warned } = stage({
    interval: 60_000,
    insert: (lines) => {
      statements += 1;
      return lines.some(({ message }) => message.startsWith('bad'))
        ? Promise.reject(Object.assign(new Error('no'), { code: '22P05' }))
        : Promise.resolve(void kept.push(...lines));
    },
  });
  const lines = records.of(at);
  const said = Array.from({ length: 200 }, (_, i) => (i === 70 || i === 131 ? `bad ${i}` : `good ${i}`));
  for (const message of said) lines.add('info', message, '{}');
  await lines.end();
  expect(kept.map(({ message }) => message)).toEqual(said.filter((message) => !message.startsWith('bad')));
  expect(statements).toBeLessThan(40);
  await lines.end();
  expect(kept.at(-1)?.message).toBe('2 lines were lost: the records did not take them in time');
  expect(warned).toEqual(['log lines are lost: the records refuse them']);
});

test('records that go away in the middle of a batch that they refuse get the rest of it later, each line once', async () => {
  const kept: string[] = [];
  let statements = 0;
  const { records } = stage({
    patience: 20,
    interval: 60_000,
    insert: (lines) => {
      statements += 1;
      // All of it, its first half, its second half.
      if (statements === 3) return Promise.reject(away());
      if (lines.some(({ message }) => message === 'bad'))
        return Promise.reject(Object.assign(new Error('no'), { code: '22P05' }));
      return Promise.resolve(void kept.push(...lines.map(({ message }) => message)));
    },
  });
  const lines = records.of(at);
  for (const message of ['1', '2', '3', 'bad', '5']) lines.add('info', message, '{}');
  await lines.end();
  await records.stop();
  expect(kept).toEqual(['1', '2', '3', '5']);
});

test('a statement that is refused whatever is in it is not tried line by line', async () => {
  const insert = jest.fn(() => Promise.reject(Object.assign(new Error('no such table'), { code: '42P01' })));
  const { records, warned } = stage({ interval: 60_000, insert });
  const lines = records.of(at);
  for (let i = 0; i < 100; i += 1) lines.add('info', 'x', '{}');
  await lines.end();
  expect(insert).toHaveBeenCalledTimes(1);
  expect(warned).toEqual(['log lines are lost: the records refuse them']);
});

test('a line is cut at its limit, and holds nothing that Postgres does not take', () => {
  expect(keptMessage('x'.repeat(LONGEST))).toHaveLength(LONGEST);
  expect(keptMessage('x'.repeat(LONGEST + 1))).toContain(`[…] (${LONGEST + 1} characters)`);
  expect(keptMessage('a\0b\uD800c😀')).toBe('a\uFFFDb\uFFFDc😀');
  const fields = { '\0': '\uDFFF', b: '\\u0000', c: '😀' };
  expect(JSON.parse(keptFields(JSON.stringify(fields)))).toEqual({ '\uFFFD': '\uFFFD', b: '\\u0000', c: '😀' });
  expect(keptFields(JSON.stringify({ a: 'x'.repeat(LONGEST) }))).toMatch(/left out.*characters/);
});
