import { implement } from '../../core';
import { train } from '../../steps/train';
import { trainModel } from './train-model';

/** The code of the step `train`. */
export const trainSteps = implement({ train }, { train: trainModel });
