import type { Event } from '../core/interpret';
import { engine } from './engine-activities';
import { Questions } from './questions';

/** Gets outputs that a rerun takes over: by address, what came of asking. */
export function reusedOutputs(run: string): Questions<string, Event> {
  return new Questions(async (addresses) => {
    const { answered, outputs, bytes } = await engine['perennial.reuse-outputs']({ run, addresses });
    const answers = addresses.slice(0, answered).map((address): Event => {
      const output = outputs[address];
      return output === undefined ? { type: 'absent', address } : { type: 'reused', address, output };
    });
    return { answers, bytes };
  });
}
