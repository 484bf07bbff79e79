import { ApplicationFailure } from '@temporalio/common';
import { describe, toApplicationFailure } from './run-step/failure';
import { type Patience, withRecords } from './run-step/records';

/** What an activity of the engine answers, or its error in the form that Temporal keeps: the code is the type. */
export async function answer<T>(what: string, work: () => Promise<T>, patience?: Patience): Promise<T> {
  try {
    return await withRecords(what, work, patience);
  } catch (error) {
    throw error instanceof ApplicationFailure ? error : toApplicationFailure(describe(error), error);
  }
}
