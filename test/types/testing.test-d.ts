// Danger: a fake of another shape than the step that it stands for, which compiles: the test of a pipeline that cannot run.
import { implement, type StepOutputOf } from '../../core';
import { type LocalRun, runLocal } from '../../testing';
import { deploy, extract, train, trainChurn } from './churn';
import { type Equal, holds } from './equal';

const steps = implement({ extract }, { extract: ({ table, days }) => ({ dataset: table, rows: days }) });

export async function results(): Promise<unknown> {
  const run = await runLocal(trainChurn, { table: 'events', seeds: [1] }, { steps });
  holds<Equal<typeof run, LocalRun<{ url: string } | null>>>();
  const url = run.value();
  holds<Equal<typeof url, { url: string } | null>>();
  const trained = run.outputOf('per-seed[0]/train', train);
  holds<Equal<typeof trained, StepOutputOf<typeof train>>>();
  return [url, trained];
}

export function refused(): void {
  // @ts-expect-error an output that the contract does not give
  implement({ extract }, { extract: () => ({ dataset: 'd' }) });
  // @ts-expect-error a number where text is asked
  implement({ deploy }, { deploy: () => ({ url: 7 }) });
  // @ts-expect-error an input that the contract does not have
  implement({ train }, { train: ({ epochs }) => ({ model: 'm', auc: Number(epochs) }) });
  // @ts-expect-error a step without its fake
  implement({ extract, train }, { extract: () => ({ dataset: 'd', rows: 1 }) });
  // @ts-expect-error a config without what has no default
  void runLocal(trainChurn, { table: 'events' }, { steps });
  // @ts-expect-error a config of another type
  void runLocal(trainChurn, { table: 'events', seeds: ['one'] }, { steps });
  // @ts-expect-error an answer by nobody
  void runLocal(trainChurn, { table: 'events', seeds: [1] }, { steps, answers: { release: { approved: true } } });
  // @ts-expect-error a duration that is none
  void runLocal(trainChurn, { table: 'events', seeds: [1] }, { steps, durations: { train: 'long' } });
  // @ts-expect-error a failure that is no error
  void runLocal(trainChurn, { table: 'events', seeds: [1] }, { steps, failures: { train: ['broken'] } });
}
