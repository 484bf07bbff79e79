import { perennialError } from '../errors';
import type { Json } from '../plan/json';
import type { StepContract, StepOutputOf } from './step';

/**
 * A step's recorded output as its contract types it.
 *
 * @param address where it is, for the message
 * @param output undefined: there is none
 * @throws PER_RUN_083 when there is none, or one that is not of this contract
 */
export function readOutput<S extends StepContract>(step: S, address: string, output: Json | undefined): StepOutputOf<S>;
export function readOutput(step: StepContract, address: string, output: Json | undefined): unknown {
  if (output === undefined) throw perennialError('PER_RUN_083', `There is no output at '${address}'.`);
  const parsed = step.output.safeParse(output);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const why = `${first?.path.map(String).join('.') || 'the value'}: ${first?.message ?? 'refused'}`;
  const what = `The output at '${address}' is not what the step ${step.name} gives (${why}).`;
  throw perennialError('PER_RUN_083', what, { cause: parsed.error });
}
