import { implement } from '../../core';
import { evaluate } from '../../steps/evaluate';
import { weakSegments } from '../../steps/weak-segments';

/** The code of the steps `evaluate` and `weak-segments`, which a worker loads with the first one that it runs. */
export const evaluateSteps = implement(
  { evaluate, weakSegments },
  {
    async evaluate(input, ctx) {
      const { evaluateModels } = await import('./evaluate-models.js');
      return evaluateModels(input, ctx);
    },
    async weakSegments(input, ctx) {
      const { findSegments } = await import('./find-segments.js');
      return findSegments(input, ctx);
    },
  },
);
