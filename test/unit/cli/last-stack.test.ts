// Danger: bare verbs look past the stack that was started last, or a folder that someone named loses against it; a pointer whose
// folder is gone crashes or leads elsewhere unsaid; lines printed for copying name the wrong folder.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reachableSettings, resolveSettings } from '../../../cli/settings';
import { followUp } from '../../../cli/views/follow-up';
import { writeCurrent } from '../../../workers/embedded/stack-file';

const before = { ...process.env };
let project: string;
let elsewhere: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'perennial-last-'));
  elsewhere = join(project, 'elsewhere');
  Object.assign(process.env, {
    DATABASE_URL: '',
    TEMPORAL_ADDRESS: '',
    PERENNIAL_STATE: '',
    PERENNIAL_PROJECT: project,
  });
});
afterEach(() => {
  process.env = { ...before };
  rmSync(project, { recursive: true, force: true });
});

test('flag, then PERENNIAL_STATE, then the last stack wherever it lies, then main', () => {
  const found = (flags = {}) => {
    const { settings, sources } = resolveSettings(flags);
    return [settings.state, sources.state];
  };
  expect(found()).toEqual([join(project, '.perennial', 'main'), 'default']);
  writeCurrent(elsewhere, project);
  expect(found()).toEqual([elsewhere, 'stack']);
  process.env['PERENNIAL_STATE'] = '/named';
  expect(found()).toEqual(['/named', 'environment']);
  expect(found({ state: '/flag' })).toEqual(['/flag', 'flag']);
});

test('without a stack the error says which folder it looked in, why in that one, and how another is named', () => {
  expect(() => reachableSettings({})).toThrow(`No stack runs in ${join(project, '.perennial', 'main')} and no address`);
  mkdirSync(elsewhere);
  writeCurrent(elsewhere, project);
  expect(() => reachableSettings({})).toThrow(`${elsewhere} (the folder of the last one started here) and no address`);
  rmSync(elsewhere, { recursive: true });
  expect(() => reachableSettings({})).toThrow(`${elsewhere} (the folder of the last one started here; it is gone) and`);
  for (const named of ['--state', 'PERENNIAL_STATE', 'perennial up'])
    expect(() => reachableSettings({})).toThrow(named);
});

test('what follows a start names the folder only where bare verbs would look into another', () => {
  expect(followUp('/a', '/a', false)).toEqual(['npx perennial down ends it.']);
  expect(followUp('/a', '/b', true)).toEqual(['Ctrl-C ends it.', like(/--state \/a too \(or PERENNIAL_STATE=\/a in/)]);
  expect(followUp('/a', '/b', false)[0]).toBe('npx perennial down --state /a ends it.');
});

test.each(['/with space', "/o'clock", '/$HOME', '/~', '/plain'])(
  'a shell takes the folder %s for one word',
  (state) => {
    const line = followUp(state, '/b', false)[0] ?? '';
    const word = /--state (.*) ends it\.$/.exec(line)?.[1] ?? '';
    expect(execFileSync('sh', ['-c', `printf %s ${word}`], { encoding: 'utf8' })).toBe(state);
  },
);

function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
