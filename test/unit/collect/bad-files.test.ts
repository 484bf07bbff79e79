// Danger: a bad file becomes a good-looking version: rows lost, values changed, half of a file, and nobody is told.
import { mkdirSync, mkdtempSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { collectRows } from '../../../activities/collect/collect-rows';
import { findSource, type FoundSource } from '../../../activities/collect/find-source';
import { plainFiles } from '../../../activities/collect/plain-files';
import { isPerennialError } from '../../../core/errors';
import type { Columns } from '../../../steps/collect';
import type { Format } from '../../../steps/sources';
import { bench, refused } from '../data/parquet';

const { work, write, read } = bench();
const ever = { from: '0001-01-01T00:00:00.000Z', to: '9999-12-31T23:59:59.999Z' };
const columns = { at: 'timestamp', n: 'integer', x: 'text' } as const;
const csv = { kind: 'csv' } as const;
const json = { kind: 'json' } as const;
const parquet = { kind: 'parquet' } as const;

type Files = Readonly<Record<string, string | Uint8Array>>;
interface Given {
  readonly format: Format;
  readonly columns?: Columns;
  readonly paths?: readonly string[];
}

/** Collects files, and reads all that came of them. */
async function collected(files: Files, given: Given) {
  const done = await taken(files, given);
  return { ...done, read: await read(done.path) };
}

/** Writes files into a folder of their own and collects them. */
async function taken(files: Files, { format, columns: declared = columns, paths = ['in/**'] }: Given) {
  const scratch = mkdtempSync(join(work.scratch, 'case-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(scratch, 'in', name, '..'), { recursive: true });
    writeFileSync(join(scratch, 'in', name), content);
  }
  const source = await findSource({ kind: 'files', paths: [...paths], format }, scratch);
  const inside = mkdtempSync(join(scratch, 'scratch-'));
  return collectRows({ ...work, scratch: inside }, { source, columns: declared, time: 'at', window: ever });
}

const header = 'at,n,x\n';
const good = '2001-01-01,1,a\n';
const emoji = '😀'.repeat(250_000);

describe('a CSV file', () => {
  test.each<[string, string | Uint8Array, string, string[]]>([
    ['with a line too short', `${header}${good}2001-01-02,2\n`, 'PER_DATA_022', ['Line 3 of in/f.csv', '2 values']],
    ['with a line too long', `${header}2001-01-02,2,b,c\n`, 'PER_DATA_022', ['Line 2 of in/f.csv', '4 values']],
    ['with a quote never closed', `${header}2001-01-01,1,"a\n${good}`, 'PER_DATA_022', ['Line 2', 'quote']],
    ['of Latin-1', Buffer.from(`${header}2001-01-01,1,caf\xe9\n`, 'latin1'), 'PER_DATA_021', ['Line 2 of in/f.csv']],
    ['of UTF-16', Buffer.from(`\ufeff${header}${good}`, 'utf16le'), 'PER_DATA_021', ['in/f.csv', "'utf-16'"]],
    [
      'with one bad byte far below',
      Buffer.concat([Buffer.from(header + good.repeat(9_000)), Buffer.from('2001-01-01,1,\xe9\n', 'latin1')]),
      'PER_DATA_021',
      ['Line 9002'],
    ],
    ['without a byte', '', 'PER_DATA_020', ['in/f.csv']],
    ['with a header alone', header, 'PER_DATA_005', ['no instants at all']],
    ['of one endless line', `${header}2001-01-01,1,${'z'.repeat(20_000_000)}`, 'PER_DATA_024', ['in/f.csv', '4 MB']],
    ['whose header is endless', 'z'.repeat(20_000_000), 'PER_DATA_024', ['in/f.csv']],
    ['with a column twice', `at,n,x,n\n2001-01-01,1,a,2\n`, 'PER_DATA_015', ["'n' twice", 'in/f.csv']],
    ['with a column twice but for case', `at,n,x,N\n2001-01-01,1,a,2\n`, 'PER_DATA_015', ["'n' and 'N'"]],
    ['without a column', `at;n\n2001-01-01;1\n`, 'PER_DATA_003', ["'x'", 'at, n']],
    [
      'with half an integer',
      `${header}${good}2001-01-01,1.5,a\n`,
      'PER_DATA_023',
      ['Row 2 of in/f.csv', '"1.5"', "'n'"],
    ],
    ['with an integer beyond all', `${header}2001-01-01,9223372036854775808,a\n`, 'PER_DATA_023', ["'n'"]],
    ['with a programmer’s integer', `${header}2001-01-01,0x1F,a\n`, 'PER_DATA_023', ['0x1F']],
    ['with a day that is none', `${header}2001-02-30,1,a\n`, 'PER_DATA_023', ['2001-02-30', '`instants`']],
    ['with days written in another way', `${header}31/12/2001,1,a\n`, 'PER_DATA_023', ['31/12/2001']],
  ])('%s is refused', async (_, content, code, named) => {
    await refused(collected({ 'f.csv': content }, { format: csv }), code, ...named);
  });

  test('of a gigabyte in one line is refused, and not read to its end', async () => {
    const folder = mkdtempSync(join(work.scratch, 'endless-'));
    const path = join(folder, 'f.csv');
    writeFileSync(path, `${header}2001-01-01,1,`);
    // A hole: it takes no room on the disk, and is read as a gigabyte.
    truncateSync(path, 1_000_000_000);
    const source = await findSource({ kind: 'files', paths: ['f.csv'], format: csv }, folder);
    const before = process.memoryUsage().rss;
    await refused(collectRows(work, { source, columns, time: 'at', window: ever }), 'PER_DATA_024', 'f.csv', '4 MB');
    expect(process.memoryUsage().rss - before).toBeLessThan(500_000_000);
  });

  test('in gzip is unpacked; one that was cut short, or is compressed otherwise, is refused', async () => {
    const whole = gzipSync(header + good.repeat(100_000), { level: 0 });
    expect(await taken({ 'f.csv.gz': whole }, { format: csv })).toMatchObject({ rows: 100_000 });
    for (const cut of [whole.subarray(0, whole.length / 2), whole.subarray(0, -1)]) {
      await refused(collected({ 'f.csv.gz': cut }, { format: csv }), 'PER_DATA_028', 'in/f.csv.gz');
    }
    await refused(collected({ 'f.csv.zst': whole }, { format: csv }), 'PER_DATA_028', 'another way than gzip');
  });

  test('in gzip that unpacks to more than it may is refused before it fills the disk', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    const scratch = mkdtempSync(join(work.scratch, 'bomb-'));
    const path = join(scratch, 'bomb.csv.gz');
    writeFileSync(path, bomb);
    const files: FoundSource['files'] = [{ name: 'bomb.csv.gz', path }];
    const most = 1_000_000;
    for (const kind of ['csv', 'json'] as const) {
      const source = { name: 'bomb', files, format: { kind, maxUnpacked: most } };
      await refused(plainFiles(source, { ...work, scratch }), 'PER_DATA_056', 'bomb.csv.gz', '1000000');
      expect(statSync(join(scratch, 'source-0')).size).toBeLessThanOrEqual(most);
    }
    const right = gzipSync(header + good);
    const unpacked = Buffer.byteLength(header + good);
    expect(await collected({ 'f.csv.gz': right }, { format: { ...csv, maxUnpacked: unpacked } })).toMatchObject({
      rows: 1,
    });
  });

  test('is read by what its header shows: delimiter, quotes, order, a byte order mark, ends of lines', async () => {
    const content = '\ufeffx;"n";other;at\r\n"a;""b""";7;z;2001-01-01\r\n';
    expect((await collected({ 'f.csv': content }, { format: csv })).read).toEqual([
      { at: new Date('2001-01-01'), n: 7, x: 'a;"b"' },
    ]);
  });

  test('may have columns without a name', async () => {
    const got = await collected({ 'f.csv': ',at,n,,x\n0,2001-01-01,7,z,a\n' }, { format: csv });
    expect(got.read).toMatchObject([{ n: 7, x: 'a' }]);
    await refused(collected({ 'f.csv': ',at,n\n' }, { format: csv }), 'PER_DATA_003', 'which has: (no name), at, n');
  });

  test('of a declared dialect is read by it', async () => {
    const format: Format = {
      kind: 'csv',
      delimiter: '~',
      quote: "'",
      names: ['at', 'n', 'x'],
      encoding: 'latin-1',
      decimal: ',',
      nulls: ['NA'],
      instants: '%d/%m/%Y %H:%M',
    };
    const content = Buffer.from("31/12/2001 23:59~1,5~'caf\xe9~'\n01/01/2002 00:00~NA~\n", 'latin1');
    const declared = { at: 'timestamp', n: 'number', x: 'text' } as const;
    expect((await collected({ 'f.csv': content }, { format, columns: declared })).read).toEqual([
      { at: new Date('2001-12-31T23:59Z'), n: 1.5, x: 'café~' },
      { at: new Date('2002-01-01'), n: null, x: '' },
    ]);
  });

  test('keeps infinities, offsets, great texts and years of four digits as they are', async () => {
    const declared = { at: 'timestamp', n: 'number', x: 'text', flag: 'boolean' } as const;
    const lines = [
      'at,n,x,flag',
      '0001-01-01,inf,a,true',
      '9999-12-31T23:59:59.998Z,-Infinity,b,false',
      `2001-01-01 00:00:00+02:00,nan,${emoji},`,
    ];
    const { read: rows, from, to } = await collected({ 'f.csv': lines.join('\n') }, { format: csv, columns: declared });
    expect(rows).toMatchObject([
      { n: Infinity, x: 'a', flag: true },
      { n: -Infinity, flag: false },
      { at: new Date('2000-12-31T22:00Z'), n: NaN, x: emoji, flag: null },
    ]);
    expect([from, to]).toEqual(['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.998Z']);
  });

  test('a number beyond all numbers is refused, not infinite', async () => {
    const declared = { at: 'timestamp', n: 'number' } as const;
    const got = collected({ 'f.csv': 'at,n\n2001-01-01,1e999\n' }, { format: csv, columns: declared });
    await refused(got, 'PER_DATA_023', '1e999');
  });

  test('a row of the year 0 lies in no window; a window that begins there is refused', async () => {
    const got = await collected({ 'f.csv': `${header}0000-06-01,1,a\n${good}` }, { format: csv });
    expect(got).toMatchObject({ rows: 1, from: '2001-01-01T00:00:00.000Z' });
    const source = await findSource({ kind: 'parquet', path: got.path }, '/');
    const window = { from: '0000-01-01T00:00:00.000Z', to: ever.to };
    await refused(collectRows(work, { source, columns, time: 'at', window }), 'PER_DATA_044', '0000-01-01');
  });

  test('a column without a value is one of nulls', async () => {
    expect((await collected({ 'f.csv': `${header}2001-01-01,,a\n` }, { format: csv })).read).toMatchObject([
      { n: null },
    ]);
  });
});

describe('a JSON file', () => {
  const row = '{"at":"2001-01-01T00:00:00Z","n":1,"x":"a"}';
  test.each<[string, string, string, string[]]>([
    ['cut short inside an array', `[${row},{"at":"20`, 'PER_DATA_025', ['in/f.json', 'record/value']],
    ['with a broken line', `${row}\n{"at":\n${row}\n`, 'PER_DATA_025', ['in/f.json']],
    ['of numbers', '[1,2]', 'PER_DATA_025', ['Record 1 of in/f.json']],
    ['without a byte', '', 'PER_DATA_020', ['in/f.json']],
    ['of an empty array', '[]', 'PER_DATA_005', ['no instants']],
    ['with a record above 16 MB', `[{"x":"${'z'.repeat(40_000_000)}"}]`, 'PER_DATA_024', ['in/f.json']],
    ['with a key twice', '{"at":"2001-01-01","n":1,"n":2,"x":"a"}', 'PER_DATA_015', ["'n' twice", 'Record 1']],
    ['with half an integer', `${row}\n{"at":"2001-01-01","n":1.5,"x":"a"}`, 'PER_DATA_023', ['Row 2', '1.5']],
    ['with a number in quotes', '{"at":"2001-01-01","n":"1","x":"a"}', 'PER_DATA_023', ["'n'"]],
    ['with a number as text', '{"at":"2001-01-01","n":1,"x":5}', 'PER_DATA_023', ["'x'"]],
    ['with a number beyond all', '{"at":"2001-01-01","n":1e999,"x":"a"}', 'PER_DATA_023', ["'n'"]],
    ['with a key in no record', '{"at":"2001-01-01","n":1}', 'PER_DATA_003', ["'x'"]],
    ['of Latin-1', '{"at":"2001-01-01","n":1,"x":"caf\xe9"}', 'PER_DATA_021', ['in/f.json']],
  ])('%s is refused', async (name, content, code, named) => {
    const bytes = Buffer.from(content, name === 'of Latin-1' ? 'latin1' : 'utf8');
    await refused(collected({ 'f.json': bytes }, { format: json }), code, ...named);
  });

  test.each(['array', 'lines'] as const)('of %s is read, a key that a record lacks as null', async (layout) => {
    const rows = [
      row,
      `{"x":"${emoji}","at":"2001-01-01 01:00:00+01","n":null}`,
      '{"at":"2001-01-02","n":-9007199254740991}',
    ];
    const content = layout === 'array' ? `[${rows.join(',')}]` : rows.join('\n');
    for (const format of [{ ...json, layout }, json]) {
      expect((await collected({ 'f.json': content }, { format })).read).toEqual([
        { at: new Date('2001-01-01'), n: 1, x: 'a' },
        { at: new Date('2001-01-01'), n: null, x: emoji },
        { at: new Date('2001-01-02'), n: -9007199254740991, x: null },
      ]);
    }
  });

  test('numbers and booleans are texts where the format says so; objects and arrays never are', async () => {
    const format = { ...json, texts: 'scalars' } as const;
    const of = (x: string): string => `{"at":"2001-01-01","n":1,"x":${x}}`;
    const content = ['300', '1.50', 'true', '"a"', 'null'].map(of).join('\n');
    const texts = ['300', '1.5', 'true', 'a', null];
    expect((await collected({ 'f.json': content }, { format })).read).toMatchObject(texts.map((x) => ({ x })));
    for (const x of ['{}', '[1]']) await refused(collected({ 'f.json': of(x) }, { format }), 'PER_DATA_023', "'x'");
    // The other types stay strict.
    const quoted = '{"at":"2001-01-01","n":"1","x":"a"}';
    await refused(collected({ 'f.json': quoted }, { format }), 'PER_DATA_023', "'n'");
  });

  test('keys with slashes, tildes and quotes are found', async () => {
    const declared = { at: 'timestamp', 'a/b~"c\'': 'integer' } as const;
    const content = JSON.stringify([{ at: '2001-01-01', 'a/b~"c\'': 5 }]);
    expect((await collected({ 'f.json': content }, { format: json, columns: declared })).read).toMatchObject([
      { 'a/b~"c\'': 5 },
    ]);
  });
});

describe('Parquet files', () => {
  const asParquet = async (select: string): Promise<Buffer> => readFileSync(await write('one.parquet', select));
  const day = (n: string, rest = "'a' AS x"): string => `SELECT TIMESTAMP '2001-01-01' AS "at", ${n} AS n, ${rest}`;

  test('a column that changes its type between files is refused, and the file named', async () => {
    const files = { 'a.parquet': await asParquet(day('1')), 'b.parquet': await asParquet(day("'1'")) };
    await refused(collected(files, { format: parquet }), 'PER_DATA_004', "'n' of in/b.parquet is VARCHAR");
  });

  test('types that say the same are read as the declared one, file after file', async () => {
    const files = {
      'a.parquet': await asParquet(day('9007199254740991')),
      'b.parquet': await asParquet(day('1.5::FLOAT')),
      'c.parquet': await asParquet(day('2::TINYINT')),
    };
    const declared = { ...columns, n: 'number' } as const;
    expect((await collected(files, { format: parquet, columns: declared })).read).toMatchObject([
      { n: 9007199254740991 },
      { n: 1.5 },
      { n: 2 },
    ]);
  });

  test('a column of nulls has no type of its own', async () => {
    const files = { 'a.parquet': await asParquet(day('NULL')), 'b.parquet': await asParquet(day('2')) };
    expect((await collected(files, { format: parquet })).read).toMatchObject([{ n: null }, { n: 2 }]);
    const texts = { 'a.parquet': await asParquet(day('NULL::VARCHAR')) };
    expect((await collected(texts, { format: parquet })).read).toMatchObject([{ n: null }]);
  });

  test('a column that is there twice is refused', async () => {
    // DuckDB writes no such file: another name of the same length is changed into the first one.
    const bytes = await asParquet(day('1', "'a' AS x, 2 AS more, 3 AS less"));
    const doubled = Buffer.from(bytes.toString('latin1').replaceAll('less', 'more'), 'latin1');
    await refused(
      collected({ 'a.parquet': doubled }, { format: parquet }),
      'PER_DATA_015',
      "'more' twice",
      'in/a.parquet',
    );
  });

  test('an integer beyond the declared type is refused', async () => {
    const files = { 'a.parquet': await asParquet(day('18446744073709551615::UBIGINT')) };
    await refused(collected(files, { format: parquet }), 'PER_DATA_004', "'n' of in/a.parquet", 'integer');
  });

  test('one that is damaged among good ones is named', async () => {
    const whole = await asParquet(
      `SELECT TIMESTAMP '2001-01-02' + to_seconds(i) AS "at", i AS n, 'a' AS x FROM range(50000) r(i)`,
    );
    const damaged = Buffer.from(whole).fill(0xff, 200, Math.floor(whole.length / 2));
    await refused(
      collected({ 'a.parquet': whole, 'b.parquet': damaged }, { format: parquet }),
      'PER_DATA_002',
      'in/b.parquet',
    );
    const cut = whole.subarray(0, whole.length - 100);
    await refused(
      collected({ 'a.parquet': whole, 'b.parquet': cut }, { format: parquet }),
      'PER_DATA_002',
      'in/b.parquet',
    );
  });

  test('a flipped bit gives an error or other values, never fewer rows', async () => {
    const whole = await asParquet(
      `SELECT TIMESTAMP '2001-01-02' + to_seconds(i) AS "at", i AS n, 'a' AS x FROM range(2000) r(i)`,
    );
    let refusals = 0;
    for (let at = 4; at < whole.length; at += Math.ceil(whole.length / 24)) {
      const flipped = Buffer.from(whole);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 0x10, at);
      await taken({ 'a.parquet': flipped }, { format: parquet }).then(
        ({ rows }) => expect(rows).toBe(2000),
        (error: unknown) => {
          expect(isPerennialError(error) ? error.fault : error).toBe('user');
          refusals += 1;
        },
      );
    }
    expect(refusals).toBeGreaterThan(0);
  });
});

describe('many files', () => {
  const line = (n: number): string => `${header}2001-01-01,${n},a\n`;

  test('are read in the order of their paths, each once, whatever pattern finds them', async () => {
    const files = { 'b.csv': line(2), 'a/z.csv': line(1), 'c.csv': line(3), 'c.txt': 'no rows' };
    const paths = ['in/c.csv', 'in/*.csv', 'in/**/*.csv'];
    expect((await collected(files, { format: csv, paths })).read).toMatchObject([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  test('may have names that look like patterns', async () => {
    const files = { 'a[1]*.csv': line(1), 'a1.csv': line(2) };
    expect((await collected(files, { format: csv, paths: ['in/a[1]*.csv'] })).read).toMatchObject([{ n: 1 }]);
    expect((await collected(files, { format: csv, paths: ['in/*.csv'] })).read).toMatchObject([{ n: 2 }, { n: 1 }]);
  });

  test('of which one is bad are refused whole, and that one is named', async () => {
    const files = { 'a.csv': line(1), 'b.csv': `${header}2001-01-01,two,a\n`, 'c.csv': line(3) };
    await refused(collected(files, { format: csv }), 'PER_DATA_023', 'Row 1 of in/b.csv', '"two"');
  });

  test('that no pattern matches are refused', async () => {
    await refused(collected({ 'a.csv': line(1) }, { format: csv, paths: ['in/*.json'] }), 'PER_DATA_001', '*.json');
  });
});
