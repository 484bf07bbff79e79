// Danger: a candidate that skips a stage, or becomes champion after a stage it did not pass.
import { advanceRollout, beginRollout } from '../../../core/rollout/roll-out';

test('without declared stages a candidate goes to full at once', () => {
  const { rollout, command } = beginRollout([]);
  expect([rollout.stages, command]).toEqual([[{ stage: 'full' }], { do: 'promote' }]);
});

test('the last stage passed ends the roll-out', () => {
  const { rollout } = beginRollout([{ stage: 'full' }]);
  expect(advanceRollout(rollout, { passed: true })).toEqual({ rollout: { ...rollout, at: 1 }, command: null });
});

test('a stage that was not passed leads nowhere', () => {
  const { rollout } = beginRollout([{ stage: 'full' }, { stage: 'full' }]);
  expect(advanceRollout(rollout, { passed: false })).toEqual({ rollout, command: null });
});
