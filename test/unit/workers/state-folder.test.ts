// Danger: a purge takes what is not ours, or says that it removed what was never there.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { purgeState } from '../../../workers/embedded/state-folder';

let root: string;
let state: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'perennial-purge-'));
  state = join(root, 'state');
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

test('a state folder goes as a whole', () => {
  mkdirSync(join(state, 'artifacts', 'ab'), { recursive: true });
  writeFileSync(join(state, 'secrets.json'), '{}');
  expect(purgeState(state)).toBe('removed');
  expect(existsSync(state)).toBe(false);
});

test('where there is none there was nothing, and none is made', () => {
  expect(purgeState(state)).toBe('nothing');
  expect(readdirSync(root)).toEqual([]);
});

test('files of others stay, and the answer tells whether anything else was there', () => {
  mkdirSync(join(state, 'artifacts'), { recursive: true });
  writeFileSync(join(state, 'thesis.txt'), 'mine');
  expect(purgeState(state)).toBe('emptied');
  expect(readdirSync(state)).toEqual(['thesis.txt']);
  expect(purgeState(state)).toBe('nothing');
  expect(readdirSync(state)).toEqual(['thesis.txt']);
});
