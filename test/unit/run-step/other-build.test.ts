// Danger: a step of a run that is pinned to a build is executed by the code of another one.
import { refuseOtherBuild } from '../../../activities/run-step/other-build';

const ask = { run: 'r', step: 'fit', address: 'fit' };

test('a step of another build than the worker is refused, naming both', () => {
  const refused = () => {
    refuseOtherBuild({ pinnedTo: 'new' }, { ...ask, build: 'old' });
  };
  expect(refused).toThrow('PER_RUN_170');
  expect(refused).toThrow(/build old.*build new/);
});

test.each([
  ['of its own build', { pinnedTo: 'new' }, { ...ask, build: 'new' }],
  ['of a hand-written workflow, which has a worker of its own', { pinnedTo: 'new' }, ask],
  ['where runs are not pinned', {}, { ...ask, build: 'old' }],
])('one %s is executed', (_, worker, asked) => {
  expect(() => {
    refuseOtherBuild(worker, asked);
  }).not.toThrow();
});
