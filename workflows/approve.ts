import { ApplicationFailure, defineUpdate, setHandler } from '@temporalio/workflow';
import { perennialError } from '../core/errors';
import { type AskedFor, askedFor } from '../core/nodes/asked-for';
import { type ApproveArgument, asksPerson } from '../core/interpret';
import type { GivenAnswer } from '../core/plan/approval';
import type { Shell } from './carry-out';
import { engine } from './engine-activities';

/** A person's answer to an approval. Gives the answer as it was recorded. */
export const approveUpdate = defineUpdate<GivenAnswer, [ApproveArgument]>('approve');

/**
 * Takes answers for a run, or for a shard of one. The validator looks at the state only; a local activity holds the answer against its
 * contract, and a refused answer leaves the node waiting. Of two answers at the same time the first that passes counts.
 */
export function takeAnswers(run: string, shell: () => Shell | null): void {
  setHandler(
    approveUpdate,
    async (argument) => {
      const { node: address, approved, by, note } = argument;
      const given = {
        approved,
        by,
        note: note ?? null,
        ...('answer' in argument && { answer: argument.answer ?? null }),
      };
      const answer = await engine['perennial.check-answer']({
        run,
        address,
        answer: given,
        ...askedAt(shell(), address),
      });
      refuseUnlessWaiting(shell(), address);
      shell()?.answer(address, answer);
      return answer;
    },
    {
      validator: ({ node }: ApproveArgument) => {
        refuseUnlessWaiting(shell(), node);
      },
      description: 'A person answers an approval.',
    },
  );
}

/** The pipeline, and what its plan says of an approval. */
function askedAt(shell: Shell | null, address: string): AskedFor & { pipeline: string; node: string } {
  const node = shell?.state.nodes[address]?.node ?? '';
  return { pipeline: shell?.plan.pipeline ?? '', node, ...askedFor(shell?.plan ?? null, node) };
}

function refuseUnlessWaiting(shell: Shell | null, address: string): void {
  if (asksPerson(shell?.state.nodes[address])) return;
  const { code, message } = perennialError('PER_FLOW_007', `'${address}' waits for no answer.`);
  throw ApplicationFailure.create({ type: code, message, nonRetryable: true });
}
