// Danger: two different computations share a cache key, or one computation has two.
import fc from 'fast-check';
import { keyOf } from '../../../activities/run-step/use-cache';
import { step } from '../../../core';
import { z } from 'zod';

const contract = step('s', { input: z.json(), output: z.json() });
const here = { build: 'b', packages: 'p' };

test('the order of keys does not matter; any other difference does', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme-ascii' }), fc.integer()), fc.integer(), (input, more) => {
      const turned = Object.fromEntries(Object.entries(input).reverse());
      const { key } = keyOf({ contract, code: 'c' }, input, here);
      expect(keyOf({ contract, code: 'c' }, turned, here).key).toBe(key);
      expect(keyOf({ contract, code: 'd' }, input, here).key).not.toBe(key);
      expect(keyOf({ contract, code: 'c' }, input, { ...here, build: 'e' }).key).not.toBe(key);
      expect(keyOf({ contract, code: 'c' }, input, { ...here, packages: 'q' }).key).not.toBe(key);
      expect(keyOf({ contract, code: 'c' }, input, { ...here, packages: null }).key).not.toBe(key);
      expect(keyOf({ contract, code: 'c' }, { ...input, '': more, new: null }, here).key).not.toBe(key);
    }),
  );
});
