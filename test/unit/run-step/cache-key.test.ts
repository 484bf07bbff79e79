// Danger: two different computations share a cache key, or one computation has two.
import fc from 'fast-check';
import { keyOf } from '../../../activities/run-step/use-cache';
import { step } from '../../../core';
import { z } from 'zod';

const contract = step('s', { input: z.json(), output: z.json() });

test('the order of keys does not matter; any other difference does', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme-ascii' }), fc.integer()), fc.integer(), (input, more) => {
      const turned = Object.fromEntries(Object.entries(input).reverse());
      const { key } = keyOf({ contract, code: 'c' }, input, 'b');
      expect(keyOf({ contract, code: 'c' }, turned, 'b').key).toBe(key);
      expect(keyOf({ contract, code: 'd' }, input, 'b').key).not.toBe(key);
      expect(keyOf({ contract, code: 'c' }, input, 'e').key).not.toBe(key);
      expect(keyOf({ contract, code: 'c' }, { ...input, '': more, new: null }, 'b').key).not.toBe(key);
    }),
  );
});
