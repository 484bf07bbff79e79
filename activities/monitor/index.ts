import { implement } from '../../core';
import * as contracts from '../../steps/monitor';
import { compactPredictions } from './compact-predictions';
import { judge } from './judge';
import { labelPredictions } from './label-predictions';

/** Code of the steps `compact-predictions`, `judge` and `label-predictions`. */
export const monitorSteps = implement(
  {
    compactPredictions: contracts.compactPredictions,
    judge: contracts.judge,
    labelPredictions: contracts.labelPredictions,
  },
  { compactPredictions, judge, labelPredictions },
);
