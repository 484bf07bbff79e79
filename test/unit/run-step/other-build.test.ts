// Danger: a step of a run that is pinned to a build is executed by the code of another one.
import { refuseOtherBuild } from '../../../activities/run-step/other-build';
import { openDb } from '../../../store/db';

const ask = { run: 'r', step: 'fit', address: 'fit' };
/** Nobody answers there: where it is asked, it fails. */
const db = openDb('postgres://nobody@127.0.0.1:1/nothing');

test.each([
  ['of its own build', { pinnedTo: 'new' }, { ...ask, build: 'new' }],
  ['of a hand-written workflow, which has a worker of its own', { pinnedTo: 'new' }, ask],
  ['where runs are not pinned', {}, { ...ask, build: 'old' }],
])('one %s is executed, and no record is asked for', async (_, worker, asked) => {
  await expect(refuseOtherBuild({ ...worker, db }, asked)).resolves.toBeUndefined();
});
