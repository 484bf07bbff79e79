import { implement } from '../../../core';
import { noop, quick } from './pipelines';

export const steps = implement({ noop, quick }, { noop: ({ n }) => ({ n }), quick: ({ n }) => ({ n }) });
