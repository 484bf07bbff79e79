import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { implement } from '../../../../core';
import { fit, keep } from '../project/contracts';

export const gpu = implement(
  { fit, keep },
  {
    fit({ folder, n }, { run, address }) {
      appendFileSync(join(folder, 'executed'), `${run} ${address}\n`);
      return { n: n + 100 };
    },
    keep: () => ({ blob: '' }),
  },
);
