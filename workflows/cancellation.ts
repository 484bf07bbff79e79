import { CancellationScope } from '@temporalio/workflow';

/** Whoever is told when the workflow is asked to cancel; at once, when it has been asked already. */
export interface Cancellation {
  tell(listener: (reason: string) => void): void;
}

/** Listens for a request to cancel the workflow. Call it in the workflow's own scope, before any other is entered. */
export function onCancellation(): Cancellation {
  const requested = CancellationScope.current().cancelRequested;
  // The request comes as a rejection; nobody may be listening yet when it does.
  requested.catch(() => undefined);
  return {
    tell(listener) {
      requested.catch(() => {
        listener('The run was cancelled on request.');
      });
    },
  };
}
