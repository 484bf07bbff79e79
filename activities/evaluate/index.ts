import { implement } from '../../core';
import { evaluate } from '../../steps/evaluate';

/** The code of the step `evaluate`, which a worker loads with the first one that it runs. */
export const evaluateSteps = implement(
  { evaluate },
  {
    async evaluate(input, ctx) {
      const { evaluateModels } = await import('./evaluate-models.js');
      return evaluateModels(input, ctx);
    },
  },
);
