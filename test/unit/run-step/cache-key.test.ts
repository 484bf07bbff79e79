// Danger: two different computations share a cache key, or one computation has two.
import fc from 'fast-check';
import { keyOf } from '../../../activities/run-step/use-cache';

const here = { node: 'v20', build: 'b' };

test('the order of keys does not matter; any other difference does', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme-ascii' }), fc.integer()), fc.integer(), (input, more) => {
      const turned = Object.fromEntries(Object.entries(input).reverse());
      const { key } = keyOf('s', 'c', input, here);
      expect(keyOf('s', 'c', turned, here).key).toBe(key);
      expect(keyOf('t', 'c', input, here).key).not.toBe(key);
      expect(keyOf('s', 'd', input, here).key).not.toBe(key);
      expect(keyOf('s', 'c', input, { ...here, build: 'e' }).key).not.toBe(key);
      expect(keyOf('s', 'c', { ...input, '': more, new: null }, here).key).not.toBe(key);
    }),
  );
});
