import { implement } from '../../core';
import { evaluate } from '../../steps/evaluate';
import { evaluateModels } from './evaluate-models';

/** The code of the step `evaluate`. */
export const evaluateSteps = implement({ evaluate }, { evaluate: evaluateModels });
