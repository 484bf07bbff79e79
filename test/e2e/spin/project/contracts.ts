import { z } from 'zod';
import { resource, secret, step } from '../../../../core';

const N = z.object({ n: z.number() });
const once = { cache: false, retry: { attempts: 1 } } as const;

export const account = resource('spun-account', z.object({ token: secret(z.string()) }));

export const make = step('make', {
  input: z.object({ text: z.string() }),
  output: z.object({ blob: z.string() }),
  resources: { account },
  ...once,
});
export const count = step('count', { input: z.object({ blob: z.string(), by: z.number() }), output: N, ...once });
export const half = step('half', { input: N, output: N.extend({ pid: z.int() }), isolate: true, ...once });
export const shout = step('shout', {
  input: z.object({ text: z.string() }),
  output: z.object({ loud: z.string(), file: z.string() }),
  ...once,
});
export const draw = step('draw', { input: z.object({ blob: z.string() }), output: N, ...once });
export const fail = step('fail', { input: N, output: N, ...once });
export const write = step('write', { input: N, output: N, ...once });
