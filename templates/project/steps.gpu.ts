import { implement } from 'perennial-ml';
import { explain } from './contracts';

/** Code that workers of the pool `gpu` load. */
export const gpuSteps = implement(
  { explain },
  {
    explain({ importances, logLoss }, ctx) {
      const [most] = Object.entries(importances).sort(([, a], [, b]) => b - a);
      const what = most === undefined ? 'nothing' : `${most[0]} (${Math.round(most[1] * 100)} %)`;
      // The GPU that is this execution's own; null where the machine has none.
      return { text: `It goes by ${what}; log loss ${logLoss.toFixed(3)}.`, device: ctx.device };
    },
  },
);
