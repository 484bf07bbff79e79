// Danger: a file that is handed on while it is written, twice, or never; one from outside the folder that a link lets in; one that
// cannot be read and is in the way of all others.
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KnownFile } from '../../../../store/sensors/files';
import { type FilesLook, lookForFiles, type PassedOver } from '../../../../workers/sensors/look-for-files';

let folder: string;
const known = new Map<string, KnownFile>();
const passedOver: PassedOver = new Map();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perennial-sensor-'));
  mkdirSync(join(folder, 'in'));
  known.clear();
  passedOver.clear();
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const sensor = { in: 'in', match: '*.csv', settled: 1_000 };
const write = (name: string, text = name): void => writeFileSync(join(folder, 'in', name), text);

/** Looks, by default long after all was written, and keeps what was read as the records would. */
async function look(after = 3_600_000): Promise<FilesLook & { readonly names: string[] }> {
  const found = await lookForFiles(sensor, {
    folder,
    known: () => Promise.resolve(known),
    now: Date.now() + after,
    passedOver,
    most: 5,
  });
  for (const file of found.read) known.set(file.path, file);
  return { ...found, names: found.seen.map(({ name }) => name) };
}

test('each file is seen once, oldest first, with its content; what is hidden, unfinished or a folder is not', async () => {
  for (const name of ['b.csv', 'a.csv', '.c.csv', 'd.csv.tmp', 'e.txt']) write(name);
  mkdirSync(join(folder, 'in', 'f.csv'));
  utimesSync(join(folder, 'in', 'b.csv'), 1_000, 1_000);
  const first = await look();
  expect(first.names).toEqual(['b.csv', 'a.csv']);
  expect(first.seen[0]).toEqual({
    path: join(folder, 'in', 'b.csv'),
    name: 'b.csv',
    size: 5,
    modified: '1970-01-01T00:16:40.000Z',
    digest: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
  });
  expect(first).toMatchObject({ trouble: null, more: false });
  expect((await look()).names).toEqual([]);
});

test('a file that changed a moment ago waits, though its own time is old', async () => {
  write('a.csv');
  utimesSync(join(folder, 'in', 'a.csv'), 1_000, 1_000);
  expect((await look(0)).names).toEqual([]);
  expect((await look()).names).toEqual(['a.csv']);
});

test('a file that is written again is seen again when it holds something else, not when it was touched', async () => {
  write('a.csv');
  const [first] = (await look()).seen;
  utimesSync(join(folder, 'in', 'a.csv'), 2_000, 2_000);
  const touched = await look();
  expect(touched.names).toEqual([]);
  expect(touched.read).toHaveLength(1);
  expect((await look()).read).toEqual([]);
  appendFileSync(join(folder, 'in', 'a.csv'), 'more');
  const [second] = (await look()).seen;
  expect(second?.digest).not.toBe(first?.digest);
});

test('a link that leads out of the folder is told and left out, one that stays in it counts, one to nothing is told', async () => {
  writeFileSync(join(folder, 'secret.csv'), 'not yours');
  write('a.csv');
  symlinkSync(join(folder, 'secret.csv'), join(folder, 'in', 'out.csv'));
  symlinkSync('a.csv', join(folder, 'in', 'same.csv'));
  symlinkSync('gone', join(folder, 'in', 'lost.csv'));
  const { names, trouble } = await look();
  expect(names.sort()).toEqual(['a.csv', 'same.csv']);
  expect(trouble).toContain('PER_RUN_186');
  expect(trouble).toContain('out.csv');
  expect(trouble).toContain('lost.csv');
});

test('a folder that is not there is told by name', async () => {
  const asked = lookForFiles(
    { ...sensor, in: 'gone' },
    { folder, known: () => Promise.resolve(known), now: Date.now() },
  );
  await expect(asked).rejects.toThrow(/PER_RUN_185.*gone cannot be read \(ENOENT\)/);
});

test('many files are taken some at a time, none twice, none left', async () => {
  const all = Array.from({ length: 11 }, (_, i) => `${i}.csv`);
  for (const name of all) write(name);
  const looks = [await look(), await look(), await look(), await look()];
  expect(looks.map(({ names, more }) => [names.length, more])).toEqual([
    [5, true],
    [5, true],
    [1, false],
    [0, false],
  ]);
  expect(looks.flatMap(({ names }) => names).sort()).toEqual(all.sort());
});

test('a file that cannot be read, however long that takes, is told and passed over until it changes or has waited; others are seen', async () => {
  for (const name of ['bad.csv', 'good.csv', 'other.csv']) write(name);
  utimesSync(join(folder, 'in', 'bad.csv'), 1_000, 1_000);
  let clock = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => clock);
  const { open } = fs;
  const opened = jest.spyOn(fs, 'open').mockImplementation((path, ...more) => {
    // As long as a look may read.
    clock += 6_000;
    return String(path).endsWith('bad.csv') ? Promise.reject(new Error('EIO: i/o error')) : open(path, ...more);
  });
  const tries = (): number => opened.mock.calls.filter(([path]) => String(path).endsWith('bad.csv')).length;
  const first = await look();
  expect(first).toMatchObject({ names: ['good.csv'], more: true });
  expect(first.trouble).toMatch(/PER_RUN_197.*bad\.csv.*EIO/);
  const second = await look();
  expect(second).toMatchObject({ names: ['other.csv'], more: false });
  expect(second.trouble).toMatch(/PER_RUN_197.*bad\.csv/);
  expect(tries()).toBe(1);
  clock += 600_000;
  await look();
  expect(tries()).toBe(2);
  appendFileSync(join(folder, 'in', 'bad.csv'), 'more');
  await look();
  expect(tries()).toBe(3);
  opened.mockRestore();
  appendFileSync(join(folder, 'in', 'bad.csv'), 'more');
  expect(await look()).toMatchObject({ names: ['bad.csv'], trouble: null, more: false });
});
