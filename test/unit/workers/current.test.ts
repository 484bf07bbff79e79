// Danger: the stack that was started last is forgotten, or one project's pointer leads the verbs of another to the wrong stack.
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCurrent, writeCurrent } from '../../../workers/embedded/stack-file';

let root: string;
let project: string;
let home: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'perennial-current-'));
  project = join(root, 'project');
  home = join(project, '.perennial');
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

test.each(['elsewhere', 'else where ', 'project/state', 'project/.perennial-not', 'project.perennial/main'])(
  'a state folder outside of .perennial is remembered: %s',
  (name) => {
    expect(writeCurrent(join(root, name), project)).toEqual([]);
    expect(readCurrent(home)).toBe(join(root, name));
  },
);

test('the last one counts', () => {
  writeCurrent(join(root, 'one'), project);
  writeCurrent(join(home, 'main'), project);
  expect(readCurrent(home)).toBe(join(home, 'main'));
});

test('one inside of .perennial moves with the project', () => {
  writeCurrent(join(home, 'main'), project);
  renameSync(project, join(root, 'moved'));
  expect(readCurrent(join(root, 'moved', '.perennial'))).toBe(join(root, 'moved', '.perennial', 'main'));
});

test('two copies beside each other remember one each', () => {
  const copy = join(root, 'copy');
  writeCurrent(join(home, 'main'), project);
  writeCurrent(join(root, 'elsewhere'), copy);
  expect(readCurrent(home)).toBe(join(home, 'main'));
  expect(readCurrent(join(copy, '.perennial'))).toBe(join(root, 'elsewhere'));
});

test("one in another project's .perennial is remembered there too", () => {
  const state = join(root, 'copy', '.perennial', 'main');
  writeCurrent(state, project);
  expect(readCurrent(home)).toBe(state);
  expect(readCurrent(join(root, 'copy', '.perennial'))).toBe(state);
});

test('a place that cannot be written is named, and does not keep the other one from being written', () => {
  mkdirSync(project);
  writeFileSync(home, 'a file where the folder would be');
  const state = join(root, 'copy', '.perennial', 'main');
  expect(writeCurrent(state, project)).toEqual([home]);
  expect(readCurrent(home)).toBeNull();
  expect(readCurrent(join(root, 'copy', '.perennial'))).toBe(state);
});

test.each(['', '\n', '  \n'])('an empty pointer (%j) points nowhere', (text) => {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'current'), text);
  expect(readCurrent(home)).toBeNull();
  expect(readFileSync(join(home, 'current'), 'utf8')).toBe(text);
});
