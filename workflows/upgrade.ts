import { defineSignal, makeContinueAsNewFunc, setHandler, type Workflow, workflowInfo } from '@temporalio/workflow';

/** Sent to the workflows that go on for ever when another build has become current, so that they look up. */
export const buildChangedSignal = defineSignal('build-changed');

/**
 * Looks out for another build than this history is pinned to. A history that begins outdated was kept where it is by somebody (an
 * override is handed on from history to history): it tries again only when it is told, and not at once for ever.
 *
 * @returns whether to continue as new for it
 */
export function watchBuilds(): () => boolean {
  let kept = isOutdated();
  setHandler(buildChangedSignal, () => {
    kept = false;
  });
  return () => isOutdated() && !kept;
}

function isOutdated(): boolean {
  return workflowInfo().targetWorkerDeploymentVersionChanged;
}

/** Continues as new: with the current build, where this history is pinned to another. */
export function goOn<F extends Workflow>(...args: Parameters<F>): Promise<never> {
  const upgrade = isOutdated() ? { initialVersioningBehavior: 'AUTO_UPGRADE' as const } : {};
  return makeContinueAsNewFunc<F>(upgrade)(...args);
}
