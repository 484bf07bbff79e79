import { someOf } from './some-of';
import type { DeployCheck } from '../deploy/check-deploy';

/** How a build stands to what is open and what was kept, for people. */
export function deployText(check: DeployCheck, histories: string): string {
  const { build, open, kept, differing, gone, pinned, unchecked } = check;
  const replayed = (open ?? 0) + kept;
  const faults = [...differing, ...gone].map(({ message }) => message);
  return [
    `build      ${short(build)}`,
    `open       ${open === null ? 'not asked for (--kept-only)' : `${open} replayed`}`,
    ...pinned.map(
      (one) =>
        `pinned     to build ${short(one.build)}${one.current ? ', which is this one' : ''}, ${someOf(one.workflows)}`,
    ),
    `kept       ${kept === 0 ? `none in ${histories}` : `${kept} replayed, of ${histories}`}`,
    ...unchecked.map(
      ({ type, workflows }) =>
        `unchecked  ${workflows.length} of ${type}, written by hand: --workflows <file> names its code`,
    ),
    '',
    ...faults,
    verdict(replayed, differing.length, gone.length),
  ].join('\n');
}

function verdict(replayed: number, differing: number, gone: number): string {
  if (differing > 0) return `Keep this build back: ${differing} of ${replayed} replayed do not go on with it.`;
  if (gone > 0) return `Keep this build back for now: what is replayed goes on (${replayed}), and something is gone.`;
  if (replayed > 0) return `All ${replayed} go on with this build as they did.`;
  return 'Nothing was replayed, so this says nothing of the build: `perennial deploy keep <run>` keeps a history for the next time.';
}

/** As much of a build's digest as tells it from others. */
function short(build: string): string {
  return /^[0-9a-f]{64}$/.test(build) ? build.slice(0, 12) : build;
}
