import { defineSignal, makeContinueAsNewFunc, setHandler, type Workflow, workflowInfo } from '@temporalio/workflow';

/** Sent to the workflows that go on for ever when another build has become current, so that they look up. */
export const currentSignal = defineSignal('build-changed');

/** Takes the signal, which says nothing of its own: that a task comes is enough. */
export function hearOfBuilds(): void {
  setHandler(currentSignal, () => undefined);
}

/** Whether another build than this history is pinned to has become the current one. */
export function isOutdated(): boolean {
  return workflowInfo().targetWorkerDeploymentVersionChanged;
}

/** Continues as new: with the current build, where this history is pinned to another. */
export function goOn<F extends Workflow>(...args: Parameters<F>): Promise<never> {
  const upgrade = isOutdated() ? { initialVersioningBehavior: 'AUTO_UPGRADE' as const } : {};
  return makeContinueAsNewFunc<F>(upgrade)(...args);
}
