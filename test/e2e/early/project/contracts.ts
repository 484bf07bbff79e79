import { z } from 'zod';
import { step } from '../../../../core';

const At = { folder: z.string() };
export const N = z.object({ n: z.number() });
export const fit = step('fit', { input: N.extend(At), output: N, pool: 'gpu', retry: { attempts: 1 } });
export const keep = step('keep', {
  input: z.object({ ...At, text: z.string() }),
  output: z.object({ blob: z.string() }),
  pool: 'gpu',
  retry: { attempts: 1 },
});
export const plus = step('plus', { input: N, output: N });
export const weigh = step('weigh', {
  input: N.extend({ text: z.string() }),
  output: N,
  pool: 'gpu',
  retry: { attempts: 1 },
});
