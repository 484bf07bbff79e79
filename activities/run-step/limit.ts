import { perennialError } from '../../core/errors';
import type { Call } from './call';

/** A signal that aborts on cancellation and when the step's time is up, whichever comes first. */
export function startLimit({ temporal, step, argument }: Pick<Call, 'temporal' | 'step' | 'argument'>): {
  readonly signal: AbortSignal;
  stop(): void;
} {
  const controller = new AbortController();
  const { timeout, name } = step.contract;
  const cancel = (): void => {
    controller.abort(temporal.cancellationSignal.reason);
  };
  const timer = setTimeout(() => {
    controller.abort(
      perennialError('PER_RUN_019', `The step '${name}' at '${argument.address}' took more than ${timeout} ms.`),
    );
  }, timeout);
  if (temporal.cancellationSignal.aborted) cancel();
  temporal.cancellationSignal.addEventListener('abort', cancel, { once: true });
  return {
    signal: controller.signal,
    stop() {
      clearTimeout(timer);
      temporal.cancellationSignal.removeEventListener('abort', cancel);
    },
  };
}
