/**
 * Danger: a config key with a slip of the pen that nothing reads, which the checks find and nobody is told of. The
 * program is the real one, in this process; only the project is handed to it, since jest cannot bundle one for it.
 */
import { z } from 'zod';
import { buildProgram } from '../../../cli/main';
import { pipeline } from '../../../core';

const greet = pipeline('greet', {
  config: z.object({ name: z.string(), nmae: z.string().default('') }),
  graph: (_, config) => ({ hello: config.name }),
});
jest.mock('../../../cli/read-project', () => ({ readProject: () => Promise.resolve({ pipelines: [greet] }) }));

async function plan(...flags: string[]): Promise<{ stdout: string; stderr: string }> {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const spies = [
    jest.spyOn(console, 'log').mockImplementation((text: string) => void stdout.push(text)),
    jest.spyOn(console, 'error').mockImplementation((text: string) => void stderr.push(text)),
  ];
  const before = process.exitCode;
  try {
    await buildProgram().parseAsync(['node', 'perennial', 'plan', 'greet', ...flags]);
    return { stdout: stdout.join('\n'), stderr: stderr.join('\n') };
  } finally {
    process.exitCode = before ?? 0;
    spies.forEach((spy) => spy.mockRestore());
  }
}

const says = 'Nothing in greet reads config.nmae.';

test('a person is told on stderr, with the repair, so that a drawing stays a drawing', async () => {
  const { stdout, stderr } = await plan('--mermaid');
  expect(stderr).toBe(`[PER_DEF_015] ${says} Use it, or remove it.`);
  expect(stdout).not.toContain(says);
});

test('a program is told under `warnings`, and nowhere else', async () => {
  const { stdout, stderr } = await plan('--json');
  expect(JSON.parse(stdout)).toMatchObject({ warnings: [{ code: 'PER_DEF_015', node: null, message: says }] });
  expect(stderr).toBe('');
});
