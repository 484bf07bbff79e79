// Danger: somebody answers under the name that stands for nobody, and the records cannot tell a yes from silence.
import { checkAnswer } from '../../../activities/check-answer';

const asked = { run: 'r', address: 'gate', pipeline: 'p', node: 'gate', schema: null, by: null };
const check = (by: string) => checkAnswer([], { ...asked, answer: { approved: true, by } });

test('nobody answers under the name of a time-out, which the refusal says', async () => {
  await expect(check('ana')).resolves.toMatchObject({ approved: true, by: 'ana' });
  await expect(check('time-out')).rejects.toMatchObject({ code: 'PER_RUN_016' });
  await expect(check('time-out')).rejects.toThrow("by: 'time-out' stands for nobody's answer");
});
