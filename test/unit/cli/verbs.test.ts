/**
 * Danger: a verb without help or without --json, wrong usage that ends with the code of failed work, a JSON line mixed
 * with words. The program is the real one, in this process; nothing that it is asked here needs a server.
 */
import type { Command } from 'commander';
import { buildProgram, meantVerb } from '../../../cli/main';

/** What a command line printed, and the exit code it set. */
async function perennial(
  ...args: string[]
): Promise<{ stdout: string; stderr: string; code: number | string | undefined }> {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const spies = [
    jest.spyOn(console, 'log').mockImplementation((text: string) => void stdout.push(text)),
    jest.spyOn(console, 'error').mockImplementation((text: string) => void stderr.push(text)),
  ];
  const before = process.exitCode;
  try {
    await buildProgram().parseAsync(['node', 'perennial', ...args]);
    return { stdout: stdout.join('\n'), stderr: stderr.join('\n'), code: process.exitCode };
  } finally {
    process.exitCode = before ?? 0;
    spies.forEach((spy) => spy.mockRestore());
  }
}

/** Every verb, those below another one too, by its full name. */
function verbs(parent: Command, prefix = ''): [string, Command][] {
  return parent.commands.flatMap((command): [string, Command][] => {
    // One that takes arguments is a verb itself, whatever stands below it.
    const isVerb = command.commands.length === 0 || command.registeredArguments.length > 0;
    const own: [string, Command][] = isVerb ? [[`${prefix}${command.name()}`, command]] : [];
    return [...own, ...verbs(command, `${prefix}${command.name()} `)];
  });
}

const all = verbs(buildProgram());
const withEverythingNeeded: Record<string, string> = {
  DATABASE_URL: '',
  TEMPORAL_ADDRESS: '',
  PERENNIAL_SERVING_URL: '',
};
const before = { ...process.env };
beforeAll(() => Object.assign(process.env, withEverythingNeeded));
afterAll(() => {
  process.env = before;
});

test('the verbs that the documents promise are there', () => {
  expect(all.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      ...[
        'up',
        'down',
        'run',
        'rerun',
        'plan',
        'runs',
        'show',
        'why',
        'logs',
        'spin',
        'approve',
        'cancel',
        'pause',
        'resume',
        'retry-now',
        'skip',
        'models',
        'model history',
        'predict',
      ],
      'model retrain',
      ...['worker', 'serve', 'migrate', 'upkeep', 'doctor', 'config', 'demo'],
    ]),
  );
});

test.each(all)('%s: says what it does, and takes --json', (_name, command) => {
  expect(command.description()).toMatch(/^[a-z].*[^.]$/);
  expect(command.options.map((option) => option.long)).toContain('--json');
});

test.each(all)('%s: its help has an example line', (_name, command) => {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  expect(help).toMatch(/^Examples?:\n {2}(\S+ )?perennial /m);
});

describe('wrong usage ends with exit code 2, and with --json stdout is one object', () => {
  const wrong = [
    ['runs', '--limit', '0'],
    ['runs', '--status', 'sleeping'],
    ['show', 'r', '--limit', 'many'],
    ['logs', 'r', '--level', 'loud'],
    ['logs', 'r', '--since', 'yesterday'],
    ['logs', 'r', '--tail', '0'],
    ['model', 'show', 'm', 'newest'],
    ['model', 'history', 'm', '--at', 'yesterday'],
    ['model', 'retrain', 'm', '--at', 'tomorrow'],
    ['model', 'retrain', 'm', '--why', ''],
    ['predict', 'm', '--rows', '[1]'],
    ['predict', 'm', '--rows', '@/nowhere.json'],
    ['predict', 'm'],
    ['run', 'p', '--config', '[]'],
    ['run', 'p', '--set', 'novalue'],
    ['run', 'p', '--timeout', 'soon'],
    ['run', 'p', '--timeout', '5s'],
    ['run', 'p', '--id', 'a b/c'],
    ['rerun', 'r', '--timeout', '5s'],
    ['rerun', 'r', '--id', '-r'],
    ['rerun', 'r', '--config', 'novalue'],
    ['rerun', 'r', '--code', 'newest'],
    ['spin', 'r', 'n', '--input', '{'],
    ['spin', 'r', 'n', '--inspect', 'there'],
    ['spin', 'r', 'n', '--timeout', 'soon'],
    ['demo', '--rows', '999'],
    ['demo', '--seed', 'any'],
  ];
  test.each(wrong.map((args) => [args.join(' '), args] as const))('%s', async (_line, args) => {
    const { stdout, code } = await perennial(...args, '--state', '/nowhere/at/all', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'PER_STACK_011', fault: 'user', retryable: false } });
    expect(code).toBe(2);
  });
});

test.each([
  [['skip', 'r', 'n', '--output', '1'], '--reason is missing'],
  [['runs', '--status', 'foo'], '--status: Invalid option'],
  [['run', 'p', '--id', 'a b/c'], '--id: letters, digits and . _ : -'],
  [['run', 'p', '--timeout', '5s'], 'give --wait too'],
])('a wrong option is named, and what is wrong with it: %j', async (args, said) => {
  const { stdout } = await perennial(...args, '--state', '/nowhere/at/all', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ error: { message: expect.stringContaining(said) as unknown } });
});

test('a misspelt verb below one that takes an argument is recognised, and no other word is', () => {
  const meant = (...words: string[]): string | null => meantVerb(buildProgram(), words);
  expect(meant('plan', 'dif', 'p')).toBe('perennial plan diff');
  expect(meant('plan', 'train-churn', 'other')).toBeNull();
  expect(meant('runs', 'a', 'b')).toBeNull();
  expect(meant()).toBeNull();
});

test.each(['a b', "x'y", '-a', 'ä'])(
  'PERENNIAL_BUILD %j: what Temporal or a shell would not take is refused',
  async (name) => {
    process.env['PERENNIAL_BUILD'] = name;
    try {
      const { stdout, code } = await perennial('config', '--json');
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'PER_STACK_014' } });
      expect(code).toBe(2);
    } finally {
      delete process.env['PERENNIAL_BUILD'];
    }
  },
);

describe('what needs a stack and finds none ends with exit code 3 and says what to do', () => {
  const needing = [
    ['runs'],
    ['show', 'r'],
    ['cancel', 'r'],
    ['rerun', 'r'],
    ['spin', 'r', 'n'],
    ['approve', 'r', 'n'],
    ['model', 'history', 'm'],
    ['model', 'retrain', 'm'],
    ['predict', 'm', '--rows', '{"a":1}'],
  ];
  test.each(needing.map((args) => [args.join(' '), args] as const))('%s', async (_line, args) => {
    const { stderr, code } = await perennial(...args, '--state', '/nowhere/at/all');
    expect(stderr).toMatch(/PER_STACK_008.*perennial up/s);
    expect(code).toBe(3);
  });
});
