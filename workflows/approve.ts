import { ApplicationFailure, defineUpdate, setHandler } from '@temporalio/workflow';
import { perennialError } from '../core/errors';
import type { ApproveArgument } from '../core/interpret';
import type { Approval } from '../core/plan/approval';
import type { Shell } from './carry-out';
import { engine } from './engine-activities';

/** A person's answer to an approval. Gives the answer as it was recorded. */
export const approveUpdate = defineUpdate<Approval, [ApproveArgument]>('approve');

/**
 * Takes answers for a run. The validator looks at the state only; a local activity holds the answer against its
 * contract, and a refused answer leaves the node waiting. Of two answers at the same time the first that passes counts.
 */
export function takeAnswers(run: string, shell: () => Shell | null): void {
  setHandler(
    approveUpdate,
    async (argument) => {
      const { node: address, approved, by, note } = argument;
      const answer = await engine['perennial.check-answer']({
        run,
        address,
        answer: { approved, by, note: note ?? null },
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

function refuseUnlessWaiting(shell: Shell | null, address: string): void {
  if (shell?.state.nodes[address]?.status === 'waiting') return;
  const { code, message } = perennialError('PER_FLOW_007', `'${address}' waits for no answer.`);
  throw ApplicationFailure.create({ type: code, message, nonRetryable: true });
}
