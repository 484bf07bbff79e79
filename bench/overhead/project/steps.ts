import { implement } from '../../../core';
import { noop } from './pipelines';

export const steps = implement({ noop }, { noop: ({ n }) => ({ n }) });
