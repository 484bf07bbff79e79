// Danger: a hand-written workflow that hands a step what it refuses, or reads of its output what it does not give.
import { z } from 'zod';
import { handWritten, step, type StepOutputOf } from '../../core';
import { recorded, type RecordedRun } from '../../workflows/hand-written';
import { Dataset, extract, Model, train } from './churn';
import { type Equal, holds } from './equal';

const greet = step('greet', { input: z.object({ name: z.string().default('you') }), output: z.string() });
export const nightly = handWritten('nightly', { extract, fit: train, greet });
type Run = RecordedRun<typeof nightly>;

export async function typed(run: Run): Promise<unknown> {
  const data = await run.step('extract', { table: 'events', days: 90 });
  holds<Equal<typeof data, StepOutputOf<typeof extract>>>();
  const fitted = await run.step('fit', { dataset: data.dataset, seed: 1 }, { id: 'first', timeout: '1h', priority: 1 });
  holds<Equal<typeof fitted, { model: string & z.core.$brand<'Model'>; auc: number }>>();
  // A default may be left out.
  const text = await run.step('greet', {});
  holds<Equal<typeof text, string>>();
  const value = recorded(null, async (own: Run) => (await own.step('greet', {})).length, { cache: false });
  holds<Equal<typeof value, Promise<number>>>();
  return [fitted, text, value];
}

export function refused(run: Run): void {
  // @ts-expect-error a step that is not declared
  void run.step('deploy', { model: Model.parse('m') });
  // @ts-expect-error a step by its name where its key is another
  void run.step('train', { dataset: Dataset.parse('d'), seed: 1 });
  // @ts-expect-error an input without a field that has no default
  void run.step('extract', { table: 'events' });
  // @ts-expect-error an input of another type
  void run.step('extract', { table: 'events', days: 'all' });
  // @ts-expect-error a field that the contract has not
  void run.step('extract', { table: 'events', days: 1, weeks: 1 });
  // @ts-expect-error a model where a data set is asked for
  void run.step('fit', { dataset: Model.parse('m'), seed: 1 });
  // @ts-expect-error an order of a graph: here it is that of the code
  void run.step('greet', {}, { after: 'extract' });
  // @ts-expect-error an urgency that there is not
  void run.step('greet', {}, { priority: 9 });
  // @ts-expect-error a declaration of what is no contract
  handWritten('nightly', { fit: 'train' });
}
