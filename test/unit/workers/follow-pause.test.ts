// Danger: after a reset the record says that a run is paused that goes on, or the other way round: a person's pause, taken
// while the reconciler looked, is overwritten by what the run had answered just before, and `resume` is refused for ever.
import type { Paused } from '../../../core/interpret';
import { followPause } from '../../../workers/follow-pause';

const paused = (at: string): Paused => ({ by: 'ana', reason: null, at });
const [first, second] = [paused('2026-02-01T00:00:00.000Z'), paused('2026-02-01T00:00:01.000Z')];

/**
 * A run and its record. What a person does comes once the first answer is on its way, before it is recorded, and the run
 * notes it itself.
 */
async function recorded(inRun: Paused | null, inRecord: Paused | null, person?: { readonly then: Paused | null }) {
  let [run, record, asked] = [inRun, inRecord, 0];
  await followPause(
    () => {
      const answer = run;
      asked += 1;
      if (asked === 1 && person !== undefined) run = record = person.then;
      return Promise.resolve(answer);
    },
    (said) => {
      record = said;
      return Promise.resolve();
    },
  );
  expect(record).toEqual(run);
  return record;
}

it.each<[string, Parameters<typeof recorded>, Paused | null]>([
  ['a reset to before the pause', [null, first], null],
  ['a reset to before the end of the pause', [first, null], first],
  ['a pause that stands on both sides', [first, first], first],
  ['a pause while it is asked', [null, null, { then: first }], first],
  ['a resumption while it is asked', [first, first, { then: null }], null],
  ['another pause while it is asked', [first, first, { then: second }], second],
])('%s: the record says what the run says', async (_, [run, record, person], expected) => {
  expect(await recorded(run, record, person)).toEqual(expected);
});

it('a run that does not answer leaves the record as it was', async () => {
  const note = jest.fn();
  await expect(followPause(() => Promise.reject(new Error('no worker')), note)).rejects.toThrow('no worker');
  expect(note).not.toHaveBeenCalled();
});
