import { z } from 'zod';
import { command, defineConfig, implement, resource, secret, step, type StepContract } from '../../../../core';

// One program in two languages, as steps. It does what its input asks for; it lies where PROGRAMS_FOLDER says, so that a
// test may edit it.

export const account = resource('account', z.object({ token: secret(z.string()) }));

const Input = z.object({ how: z.string(), text: z.string().default(''), folder: z.string().default('') });
const options = {
  input: Input,
  output: z.record(z.string(), z.json()),
  heartbeat: '3s',
  retry: { never: [] },
  resources: { mine: account },
} as const;

const inNode = step('in-node', options);
const inPython = step('in-python', options);
const nowhere = step('nowhere', options);
/** A function, in the worker itself unless that has several devices. */
const inEngine = step('in-engine', { ...options, cache: false });
export const contracts: { readonly [key: string]: StepContract } = { inNode, inPython, nowhere, inEngine };

const where = { cwd: process.env['PROGRAMS_FOLDER'] ?? '.', environment: { GREETING: 'hello; $(id)' } };

export const steps = implement(
  { inNode, inPython, nowhere, inEngine },
  {
    inNode: command({ ...where, program: 'node', arguments: ['program.cjs', '$(touch argument)', '; id'] }),
    inPython: command({ ...where, program: 'python3', arguments: ['program.py', '$(touch argument)', '; id'] }),
    inEngine: (_, { device }) => ({ device, pid: process.pid, cuda: process.env['CUDA_VISIBLE_DEVICES'] ?? null }),
    nowhere: command({ ...where, program: 'a-program-that-nobody-has' }),
  },
);

export default defineConfig({ pipelines: [], models: [], steps: { cpu: () => Promise.resolve({ steps }) } });
