// Danger: a standard step that is isolated runs in a child process, which finds no code for it.
import { standardSteps } from '../../../activities/standard';
import { loadStandardStep } from '../../../activities/standard-loaders';

const contracts = standardSteps.flatMap(({ contracts: own }) => Object.values(own));
const isolated = contracts.filter(({ isolate }) => isolate).map(({ name }) => name);

test('each isolated step is loaded by its name, with code for it', async () => {
  expect(isolated).toEqual(expect.arrayContaining(['train', 'evaluate', 'weak-segments']));
  for (const name of isolated) {
    const loaded = (await loadStandardStep(name)).flatMap(({ contracts: own }) => Object.values(own));
    expect([name, loaded.some((step) => step.name === name)]).toEqual([name, true]);
  }
});
