import type { StepContract } from '../../core';
import { perennialError } from '../../core/errors';

/** How long an execution may go on. */
export interface Limit {
  /** Aborts on cancellation and when the step's time is up, whichever comes first. Made when it is first asked for: most code never asks. */
  readonly signal: AbortSignal;
  /** Why the execution is over; null: it is not. */
  readonly over: { readonly reason: unknown } | null;
  /** Calls when the execution is over, at once if it is. */
  whenOver(call: () => void): void;
  stop(): void;
}

/** What has its time. */
interface Limited {
  readonly temporal: { readonly cancellationSignal: AbortSignal };
  readonly step: { readonly contract: Pick<StepContract, 'name' | 'timeout'> };
  readonly argument: { readonly address: string };
}

/** Begins an execution's time. */
export function startLimit({ temporal, step, argument }: Limited): Limit {
  const { timeout, name } = step.contract;
  const calls: (() => void)[] = [];
  let over: Limit['over'] = null;
  let controller: AbortController | null = null;
  const end = (reason: unknown): void => {
    if (over) return;
    over = { reason };
    controller?.abort(reason);
    for (const call of calls) call();
  };
  const cancel = (): void => {
    end(temporal.cancellationSignal.reason);
  };
  const timer = setTimeout(() => {
    end(perennialError('PER_RUN_019', `The step '${name}' at '${argument.address}' took more than ${timeout} ms.`));
  }, timeout);
  if (temporal.cancellationSignal.aborted) cancel();
  temporal.cancellationSignal.addEventListener('abort', cancel, { once: true });
  return {
    get signal() {
      if (controller === null) {
        controller = new AbortController();
        if (over) controller.abort(over.reason);
      }
      return controller.signal;
    },
    get over() {
      return over;
    },
    whenOver(call) {
      if (over) call();
      else calls.push(call);
    },
    stop() {
      clearTimeout(timer);
      temporal.cancellationSignal.removeEventListener('abort', cancel);
    },
  };
}
