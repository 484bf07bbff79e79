import { implement } from '../../../core';
import { workloads } from './pipelines';

/** The code of a pool's steps. */
export function codeOf({ noop, quick }: ReturnType<typeof workloads>['contracts']) {
  return implement({ noop, quick }, { noop: ({ n }) => ({ n }), quick: ({ n }) => ({ n }) });
}

export const steps = codeOf(workloads('cpu').contracts);
