// Danger: a program's output names a file that is not its own, and the engine keeps it as an artifact for all to read; or
// what is no output is taken for one; or an error repeats a secret, or half of one.
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layOut, type Places } from '../../../activities/run-step/command/places';
import { readOutput } from '../../../activities/run-step/command/read-output';
import { temporaryIn } from '../../../activities/run-step/execution-folder';
import { maskOf } from '../../../activities/run-step/resources';
import type { ArtifactStore } from '../../../core';

let folder: string;
let places: Places;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'perennial-output-'));
  mkdirSync(temporaryIn(folder));
  places = await layOut(folder, null);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const put: string[] = [];
const never = () => Promise.reject(new Error('not asked here'));
/** Keeps a file under what stands in it. */
const artifacts: ArtifactStore = {
  putFile(path, kind) {
    put.push(path);
    return Promise.resolve(`${kind}:${readFileSync(path, 'utf8')}`);
  },
  ...{ putBytes: never, pathOf: never, read: never },
};

const SECRET = 'q7Zk-"w9QQ\\Xv77-b4Jm';
const mask = maskOf([], new Map([['account', SECRET]]));
const read = () => readOutput(places, 'The program', { artifacts, mask });
const write = (text: string) => writeFileSync(places.output, text);
const inFiles = (name: string) => join(places.files, name);

function named(name: string): () => void {
  return () => write(JSON.stringify({ deep: [{ $file: name, kind: 'json' }] }));
}

test('files that are named become artifacts, each once; all else stays as it is', async () => {
  mkdirSync(inFiles('a'));
  writeFileSync(inFiles('a/one'), 'one');
  writeFileSync(inFiles('two'), 'two');
  const two = { $file: 'two', kind: 'model' };
  write(
    JSON.stringify({ one: { $file: 'a/one', kind: 'report' }, list: [two, { ...two, $file: './two' }], file: 'two' }),
  );
  expect(await read()).toEqual({ one: 'report:one', list: ['model:two', 'model:two'], file: 'two' });
  expect(put).toHaveLength(2);
});

test.each<[string, () => void, string, string]>([
  ['nothing', () => undefined, 'PER_RUN_068', 'without an output'],
  ['no JSON', () => write('{"loss": NaN}'), 'PER_RUN_068', 'NaN'],
  ['nothing but a beginning', () => write('{"loss": '), 'PER_RUN_068', 'no JSON'],
  ['a value too deep', () => write('['.repeat(200_000) + ']'.repeat(200_000)), 'PER_RUN_068', 'taken in'],
  ['a folder', () => mkdirSync(places.output), 'PER_RUN_068', 'something else'],
  ['a link', () => symlinkSync('/etc/hostname', places.output), 'PER_RUN_068', 'something else'],
  ['too much', () => write(JSON.stringify('x'.repeat(2_000_000))), 'PER_RUN_006', 'the limit is 1048576'],
  ['a malformed file', () => write('{"$file": "two", "kind": "pickle"}'), 'PER_RUN_069', 'pickle'],
  ['a file above', named('../input.json'), 'PER_RUN_069', 'elsewhere'],
  ['a file above by a detour', named('a/../../input.json'), 'PER_RUN_069', 'elsewhere'],
  ['a file of the machine', named('/etc/hostname'), 'PER_RUN_069', 'elsewhere'],
  ['a file that is not there', named('gone'), 'PER_RUN_069', 'not there'],
  ['the folder itself', named('.'), 'PER_RUN_069', 'no ordinary file'],
])('refused: %s', async (_, make, code, text) => {
  make();
  await expect(read()).rejects.toMatchObject({ code });
  await expect(read()).rejects.toThrow(text);
});

test('refused: a link, what is behind one, and a hard link', async () => {
  symlinkSync('/etc/hostname', inFiles('link'));
  symlinkSync('/etc', inFiles('etc'));
  writeFileSync(join(folder, 'mine'), 'not for you');
  linkSync(join(folder, 'mine'), inFiles('hard'));
  for (const [name, text] of [
    ['link', 'a link'],
    ['etc/hostname', 'behind one'],
    ['hard', 'another name'],
  ] as const) {
    named(name)();
    await expect(read()).rejects.toMatchObject({ code: 'PER_RUN_069' });
    await expect(read()).rejects.toThrow(text);
  }
});

test.each<[string, string, string]>([
  ['stands where it is wrong', `{"loss": ${SECRET}`, 'PER_RUN_068'],
  ['stands just before', `{"token": ${JSON.stringify(SECRET)} oh`, 'PER_RUN_068'],
  ['stands just behind', `{"loss": NaN, ${JSON.stringify(SECRET)}: 1}`, 'PER_RUN_068'],
  ['is cut with what is malformed', JSON.stringify({ $file: `${'x'.repeat(180)}${SECRET}` }), 'PER_RUN_069'],
])('an error repeats no part of a secret that %s', async (_, text, code) => {
  write(text);
  const error: unknown = await read().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code });
  const told = JSON.stringify([String(error), error instanceof Error ? String(error.cause) : null]);
  for (const part of ['q7', 'Zk', 'w9', 'QQ', 'Xv', '77', 'b4', 'Jm']) expect(told).not.toContain(part);
});
