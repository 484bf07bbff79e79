import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { implement, type StepContext } from '../../../../core';
import { fit, keep, weigh } from './contracts';

function mark(folder: string, { run, address }: StepContext): void {
  appendFileSync(join(folder, 'executed'), `${run} ${address}\n`);
}

export const gpu = implement(
  { fit, keep, weigh },
  {
    fit({ folder, n }, ctx) {
      mark(folder, ctx);
      return { n: n + 1 };
    },
    weigh: ({ n, text }) => ({ n: n + text.length }),
    async keep({ folder, text }, ctx) {
      mark(folder, ctx);
      return { blob: await ctx.artifacts.putBytes(Buffer.from(text), 'json') };
    },
  },
);
