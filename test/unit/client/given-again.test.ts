// Danger: a run cannot be run again, because its recorded config holds what its own contract has added; or it is run again
// without a key that its pipeline has lost, as if nobody had ever given it.
import { z } from 'zod';
import { givenAgain } from '../../../client/given-again';
import { parseConfig } from '../../../client/runnable';
import { jsonOf } from '../../../core/plan/json';

const Range = z
  .object({ from: z.int(), to: z.int() })
  .transform((range) => ({ ...range, days: range.to - range.from }));
const weekly = { name: 'weekly', config: z.object({ range: Range, ranges: z.array(Range).default([]) }) };

test('what the contract adds is not given again, in lists neither, and comes out the same', () => {
  const given = { range: { from: 1, to: 8 }, ranges: [{ from: 0, to: 1 }] };
  const recorded = jsonOf(parseConfig(weekly, given));
  expect(recorded).toEqual({ range: { from: 1, to: 8, days: 7 }, ranges: [{ from: 0, to: 1, days: 1 }] });
  expect(givenAgain(weekly, 'r-1', recorded)).toEqual(given);
  expect(parseConfig(weekly, givenAgain(weekly, 'r-1', recorded))).toEqual(recorded);
});

test('a key that the pipeline has lost is named, the first ten of many', () => {
  const range = { from: 1, to: 8, days: 7 };
  expect(() => givenAgain(weekly, 'r-1', { range, seed: 3 })).toThrow(
    "[PER_RUN_085] r-1 was run with the key 'seed' in its config, which the config of weekly no longer has.",
  );
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${i}`, i]));
  expect(() => givenAgain(weekly, 'r-1', { range, ...many })).toThrow(/'k9', and 20 more in its config/);
});
