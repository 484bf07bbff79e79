// Danger: an edit of a program that leaves its cache key as it was; a host without the program that says so by the first
// run; a program that never ends its line and fills the memory of whoever listens; half of a secret where a line is cut.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { checkProgram, programFiles } from '../../../activities/run-step/command';
import { eachLine, LONGEST_LINE } from '../../../activities/run-step/command/lines';
import { maskOf } from '../../../activities/run-step/resources';
import { withFiles } from '../../../activities/run-step/step-code';
import { command, type CommandOptions } from '../../../core';
import { aCode } from '../../a-code';

let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'perennial-program-'));
  const files = [
    'py/fit.py',
    'py/lib/a.py',
    'py/lib/deep/b.py',
    'py/lib/.hidden',
    'py/lib/__pycache__/a.pyc',
    'py/run.sh',
  ];
  for (const name of files) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), name);
  }
  symlinkSync('/etc', join(project, 'py/lib/etc'));
  chmodSync(join(project, 'py/run.sh'), 0o700);
});
afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

const made = (options: Partial<CommandOptions>) => command({ program: 'python3', cwd: 'py', ...options });
const filesOf = (options: Partial<CommandOptions>) => Object.keys(programFiles(made(options), project));

test.each<[string, Partial<CommandOptions>, string[]]>([
  ['the arguments that name a file', { arguments: ['fit.py', '--fast', 'lib'] }, ['py/fit.py']],
  ['the program by its path', { program: './run.sh' }, ['py/run.sh']],
  ['files and folders that are declared', { files: ['lib'] }, ['py/lib/a.py', 'py/lib/deep/b.py']],
  ['nothing of the system', { program: '/bin/sh' }, []],
])('a program is made of %s', (_, options, files) => {
  expect(filesOf(options)).toEqual(files);
});

test('an edit changes the code of the step; a program without files leaves it as it is', () => {
  const code = aCode();
  const files = programFiles(made({ arguments: ['fit.py'] }), project);
  writeFileSync(join(project, 'py/fit.py'), 'edited');
  const edited = programFiles(made({ arguments: ['fit.py'] }), project);
  const [before, after] = [withFiles(code, files), withFiles(code, edited)];
  expect(new Set([code.digest, before.digest, after.digest]).size).toBe(3);
  expect(after.detail.files['py/fit.py']).toBe(edited['py/fit.py']?.slice(0, 16));
  expect(withFiles(code, {})).toBe(code);
});

test.each<[string, Partial<CommandOptions>, string | null]>([
  ['one on the PATH', { program: 'run.sh' }, null],
  ['one by its path', { program: './run.sh' }, null],
  ['one that is not there', { program: 'nobody-has-it' }, 'nobody-has-it'],
  ['one that cannot be run', { program: './fit.py' }, 'fit.py'],
  ['one on a PATH of its own', { program: 'run.sh', environment: { PATH: '/nowhere' } }, '/nowhere'],
  ['a declared file that is not there', { program: './run.sh', files: ['gone.py'] }, 'gone.py'],
])('a host is asked for the program: %s', (_, options, named) => {
  const check = expect(() => checkProgram(made(options), project, `/nowhere-else:${join(project, 'py')}`));
  if (named === null) check.not.toThrow();
  else check.toThrow(named);
});

async function linesOf(...chunks: (string | Buffer)[]): Promise<string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  eachLine(stream, (line) => lines.push(line));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await finished(stream);
  await new Promise((resolve) => setImmediate(resolve));
  return lines;
}

test('lines are put together across chunks, characters too, and the last one needs no end', async () => {
  const [first, second] = [Buffer.from('gr\u00fc\u00dfe').subarray(0, 3), Buffer.from('gr\u00fc\u00dfe').subarray(3)];
  expect(await linesOf('a\nb', 'c\r\n\n', first, second)).toEqual(['a', 'bc', 'gr\u00fc\u00dfe']);
});

test('a line without end is cut, and what follows it is not', async () => {
  const long = 'x'.repeat(10_000);
  const [line, next] = await linesOf(long, long, long, '\nnext\n');
  expect(line).toBe(`${'x'.repeat(LONGEST_LINE)} [\u2026]`);
  expect(next).toBe('next');
});

test('a line is cut after the secret that stands at the cut, however it is written', async () => {
  const secret = `s3cret-"${'k'.repeat(40)}"`;
  const mask = maskOf([], new Map([['account', secret]]));
  const escaped = secret.replace(/[^]/g, (c) => `\\\\u00${c.charCodeAt(0).toString(16)}`);
  for (const written of [secret, JSON.stringify(JSON.stringify(secret)).slice(3, -3), escaped]) {
    for (const kept of [1, 7, 20]) {
      const stream = new PassThrough();
      const lines: string[] = [];
      eachLine(stream, (line) => lines.push(line), mask);
      const before = 'x'.repeat(LONGEST_LINE - kept);
      stream.end(`${before}${written}${'y'.repeat(100_000)}\nnext`);
      await finished(stream);
      await new Promise((resolve) => setImmediate(resolve));
      expect(lines).toEqual([`${before}[secret] […]`, 'next']);
    }
  }
});
