import type { MadeCurrent } from '../../client/deploy/set-current';
import { someOf } from './some-of';
import type { Moved } from '../deploy/move';

/** What making a build current did, for people. */
export function currentText({ build, previous, told }: MadeCurrent, stranded: readonly string[]): string {
  const from = previous === null || previous === build ? '' : `, and no longer with ${previous}`;
  return [
    `New runs begin with ${build}${from}.`,
    ...(told === 0 ? [] : [`${told} keepers and back-fills move to it with their next history.`]),
    ...(previous === null || previous === build
      ? []
      : [
          `Runs stay with the build that they began on: keep its workers until \`perennial deploy builds\` says drained.`,
        ]),
    ...(stranded.length === 0
      ? []
      : [
          `Their own build has no workers: ${someOf(stranded)}. They go on when it has, or when they are moved: perennial deploy move`,
        ]),
  ].join('\n');
}

/** What a move did, for people. */
export function movedText({ build, moved, refused }: Moved): string {
  return [
    moved.length === 0
      ? 'Nothing was moved.'
      : `Moved to ${build}: ${moved.length}: ${moved.slice(0, 5).join(', ')}${moved.length > 5 ? ', ...' : ''}`,
    ...refused.map(({ workflow, message }) => `${workflow} stays: ${message}`),
  ].join('\n');
}
