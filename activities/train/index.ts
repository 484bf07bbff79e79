import { implement } from '../../core';
import { train } from '../../steps/train';

/** The code of the step `train`, which a worker loads with the first one that it runs. */
export const trainSteps = implement(
  { train },
  {
    async train(input, ctx) {
      const { trainModel } = await import('./train-model.js');
      return trainModel(input, ctx);
    },
  },
);
