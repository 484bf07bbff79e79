// Danger: a record longer than DuckDB holds at a time is read as other rows, or passed over with what follows, in silence; or a
// good file is refused for one that it does not have.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { collectRows } from '../../../activities/collect/collect-rows';
import { findSource } from '../../../activities/collect/find-source';
import { followRecords } from '../../../activities/collect/follow-records';
import { refuseEndlessRecord } from '../../../activities/collect/longest-record';
import type { Format } from '../../../steps/sources';
import { bench, refused } from '../data/parquet';

const { work, read } = bench();
const ever = { from: '0001-01-01T00:00:00.000Z', to: '9999-12-31T23:59:59.999Z' };
const columns = { at: 'timestamp', x: 'text' } as const;

async function collected(content: string | Buffer, more: Partial<Extract<Format, { kind: 'csv' }>> = {}) {
  writeFileSync(join(work.scratch, 'f.csv'), content);
  const source = await findSource({ kind: 'files', paths: ['f.csv'], format: { kind: 'csv', ...more } }, work.scratch);
  return collectRows(work, { source, columns, time: 'at', window: ever });
}

const header = 'x,at\n';
const row = 'a,2001-01-01\n';
/** Lines in quotes that look like rows, so many MB of them. */
const lines = (mb: number): string => `b${'z'.repeat(86)},2001-01-02\n`.repeat(mb * 10_000);

test.each([6, 9, 20])(
  'a record of %i MB whose lines look like rows is refused by its first line, not read as these',
  async (mb) => {
    // The inch sign ends what a reader that began in the midst of the record takes for quoted: nothing looks amiss to it.
    const file = `${header}${row.repeat(1_000)}"\n${lines(mb)}",2001-01-01\n${row.repeat(1_000)}6",2001-01-01\n${row.repeat(5_000)}`;
    await refused(collected(file), 'PER_DATA_024', 'Line 1002 of f.csv');
  },
);

test('a record of 3 MB in many lines is one row', async () => {
  const done = await collected(
    `${header}${`${'a'.repeat(999)},2001-01-01\n`.repeat(3_000)}"\n${lines(3)}",2001-01-03\n${row}`,
  );
  expect(done.rows).toBe(3_002);
  expect((await read(done.path)).filter((r) => JSON.stringify(r).length > 3_000_000)).toHaveLength(1);
});

test('a file whose lines end in a carriage return has lines, however large it is', async () => {
  const done = await collected(`x,at\r${`${'b'.repeat(89)},2001-01-01\r`.repeat(180_000)}`);
  expect(done.rows).toBe(180_000);
});

test.each([
  ['a quote in the midst of a value', `6" pipe,2001-01-01\n`, {}],
  ['a quote after another delimiter', `x;"y,2001-01-01\n`, {}],
  ['a value in quotes behind a space', ` "a, b\n c",2001-01-01\n`, {}],
  ['a quote behind two spaces', `  "a,2001-01-01\n`, {}],
  ['a quote that is none here', `"a,2001-01-01\n`, { quote: "'" }],
])('%s begins no record without an end', async (_, odd, more) => {
  const times = 5_000_000 / odd.length;
  const done = await collected(`${header}${odd.repeat(times + 1)}`, more);
  expect(done.rows).toBe(Math.floor(times + 1));
});

test('bytes are those of UTF-8, in whatever encoding the file is', async () => {
  const long = 'b'.repeat(3_000_000);
  const file = Buffer.from(`${header}${long},2001-01-01\n`, 'utf16le');
  expect((await collected(file, { encoding: 'utf-16' })).rows).toBe(1);
  const accents = Buffer.from(`${header}${'\xe9'.repeat(3_000_000)},2001-01-01\n`, 'latin1');
  await refused(collected(accents, { encoding: 'latin-1' }), 'PER_DATA_024', 'Line 2 of f.csv');
});

test('whoever stops waiting is not kept waiting by a file that is looked through', async () => {
  const path = join(work.scratch, 'aborted.csv');
  writeFileSync(path, row.repeat(1_000_000));
  const telling = { most: 4_000_000, delimiter: ',', quote: '"', encoding: undefined };
  const file = { name: 'aborted.csv', path };
  await refuseEndlessRecord(file, { ...telling, signal: work.signal });
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(refuseEndlessRecord(file, { ...telling, signal })).rejects.toThrow('enough');
});

test('where a text is cut into pieces does not matter', () => {
  const endsOf = (pieces: readonly Buffer[]): [number, number] => {
    const endsIn = followRecords({ delimiter: ',', quote: '"' });
    let [before, first, last] = [0, -1, -1];
    for (const piece of pieces) {
      const ends = endsIn(piece);
      if (first === -1 && ends.first !== -1) first = before + ends.first;
      if (ends.last !== -1) last = before + ends.last;
      before += piece.length;
    }
    return [first, last];
  };
  const seen = { quoted: 0 };
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('"', '"', '""', ',', '\n', '\r', ' ', 'a'), { maxLength: 30 }),
      fc.array(fc.nat({ max: 30 }), { maxLength: 5 }),
      (letters, cuts) => {
        const text = Buffer.from(letters.join(''));
        const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
        const pieces = at.slice(1).map((to, i) => text.subarray(at[i], to));
        const whole = endsOf([text]);
        expect(endsOf(pieces)).toEqual(whole);
        if (whole[1] < Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'))) seen.quoted += 1;
      },
    ),
    { numRuns: 2_000, seed: 5 },
  );
  expect(seen.quoted).toBeGreaterThan(100);
});
