import type { z } from 'zod';
import type { AnyHandler, Json, StepContext, StepContract } from '../../core';
import { perennialError } from '../../core/errors';
import { toOutput } from './to-json';

/**
 * Runs a step's code between its contract's two borders: parse the input, call, parse the output, refuse what is too
 * large. The same in the worker and in the child process of an isolated step.
 *
 * @throws PER_RUN_004 to PER_RUN_007, and whatever the code throws
 */
export async function callHandler(
  step: { readonly contract: StepContract; readonly handler: AnyHandler },
  input: Json,
  context: StepContext,
): Promise<Json> {
  const { contract, handler } = step;
  const given = await contract.input.safeParseAsync(input);
  if (!given.success) {
    throw perennialError(
      'PER_RUN_004',
      `The step '${contract.name}' at '${context.address}' refused its input: ${issues(given.error)}.`,
    );
  }
  const returned = await handler(given.data, context);
  const output = await contract.output.safeParseAsync(returned);
  if (!output.success) {
    throw perennialError(
      'PER_RUN_005',
      `The step '${contract.name}' at '${context.address}' returned what its contract does not allow: ${issues(output.error)}.`,
    );
  }
  return toOutput(output.data, contract.name);
}

/** The first few issues, each with its place. */
function issues(error: z.ZodError): string {
  const said = error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.map(String).join('.') || 'the value'}: ${issue.message}`);
  const more = error.issues.length - said.length;
  return said.join('; ') + (more > 0 ? `; and ${more} more` : '');
}
