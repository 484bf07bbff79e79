import type { BuildUse } from '../deploy/build-use';
import { table } from '../frame';

/** What is known of builds, for people, with what to do where something waits for nobody. */
export function buildsText(
  { current, atHand, builds }: { current: string | null; atHand: string; builds: readonly BuildUse[] },
  width: number | null,
): string {
  if (builds.length === 0) {
    return 'No worker that pins runs has polled yet. Those of `perennial up` do not: there is one build at a time.';
  }
  const rows = builds.map(({ build, state, currentSince, workers, pinned }) => {
    const at = Object.entries(workers).map(([pool, count]) => `${pool}: ${count}`);
    return [`${build}${build === atHand ? ' *' : ''}`, state, currentSince, at.join(', ') || 'none', pinned];
  });
  const stranded = builds.filter(({ pinned, workers }) => pinned > 0 && Object.keys(workers).length === 0);
  return [
    table(['build', 'state', 'current since', 'workers', 'pinned to it'], rows, width),
    builds.some(({ build }) => build === atHand)
      ? '* the build at hand'
      : `The build at hand, ${atHand}, has no workers yet.`,
    ...builds
      .filter((one) => one.state === 'current' && !one.workers['cpu'])
      .map(({ build }) => `New runs begin with ${build} and wait: it has no worker of the pool 'cpu'.`),
    ...(current === null ? ['None is current, so new runs wait: perennial deploy set-current <build>'] : []),
    ...stranded.map(
      ({ build, pinned }) =>
        `${pinned} wait for a worker of ${build}. Start one, or move them to the current build: perennial deploy move --from ${build}`,
    ),
  ].join('\n');
}
