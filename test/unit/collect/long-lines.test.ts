// Danger: a record longer than DuckDB holds at a time is read as other rows, or passed over with what follows, in silence; or a
// good file is refused for a line that it does not have.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectRows } from '../../../activities/collect/collect-rows';
import { findSource } from '../../../activities/collect/find-source';
import { refuseEndlessLine } from '../../../activities/collect/longest-line';
import { bench, refused } from '../data/parquet';

const { work } = bench();
const ever = { from: '0001-01-01T00:00:00.000Z', to: '9999-12-31T23:59:59.999Z' };
const columns = { at: 'timestamp', x: 'text' } as const;

async function collected(content: string) {
  writeFileSync(join(work.scratch, 'f.csv'), content);
  const source = await findSource({ kind: 'files', paths: ['f.csv'], format: { kind: 'csv' } }, work.scratch);
  return collectRows(work, { source, columns, time: 'at', window: ever });
}

const row = '2001-01-01,a\n';
/** Lines in quotes that look like rows, so many MB of them. */
const lines = (mb: number): string => `2001-01-02,b${'z'.repeat(87)}\n`.repeat(mb * 10_000);

test.each([
  [9, 'PER_DATA_024'],
  [75, 'PER_DATA_022'],
])('a record of %i MB whose lines look like rows is refused by its first line', async (mb, code) => {
  // The inch sign ends what a reader that began in the midst of the record takes for quoted: to it nothing is amiss.
  const after = `${row.repeat(1_000)}2001-01-01,6"\n${row.repeat(5_000)}`;
  const file = `at,x\n${row.repeat(1_000)}2001-01-01,"${lines(mb)}2001-01-02,"\n${after}`;
  await refused(collected(file), code, 'Line 1002 of f.csv');
});

test('a record of 3 MB in many lines is one row', async () => {
  const done = await collected(`at,x\n${row.repeat(1_000)}2001-01-03,"${lines(3)}"\n${row}`);
  expect(done.rows).toBe(1_002);
});

test('a file whose lines end in a carriage return has lines, however large it is', async () => {
  const line = `2001-01-01,${'b'.repeat(88)}\r`;
  expect((await collected(`at,x\r${line.repeat(180_000)}`)).rows).toBe(180_000);
});

test.each(['\n', '\r', '\r\n'])('an endless line is named by its number where lines end in %j', async (end) => {
  const line = `2001-01-01,${'b'.repeat(88)}${end}`;
  const file = `at,x${end}${line.repeat(30_000)}2001-01-01,${'z'.repeat(17_000_000)}${end}${line}`;
  await refused(collected(file), 'PER_DATA_024', 'Line 30002 of f.csv');
});

test('whoever stops waiting is not kept waiting by a file that is looked through', async () => {
  const path = join(work.scratch, 'aborted.csv');
  writeFileSync(path, row.repeat(200_000));
  const file = { name: 'aborted.csv', path };
  await refuseEndlessLine(file, { most: 2_000_000, signal: work.signal });
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(refuseEndlessLine(file, { most: 2_000_000, signal })).rejects.toThrow('enough');
});
