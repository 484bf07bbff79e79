// Danger: two different computations share a cache key, or one computation has two.
import fc from 'fast-check';
import { keyOf } from '../../../activities/run-step/cache-key';

const own = { code: 'c', environment: 'e' };

test('the order of keys does not matter; any other difference does', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme-ascii' }), fc.integer()), fc.integer(), (input, more) => {
      const turned = Object.fromEntries(Object.entries(input).reverse());
      const { key } = keyOf('s', input, own);
      expect(keyOf('s', turned, own).key).toBe(key);
      expect(keyOf('t', input, own).key).not.toBe(key);
      expect(keyOf('s', input, { ...own, code: 'd' }).key).not.toBe(key);
      expect(keyOf('s', input, { ...own, environment: 'f' }).key).not.toBe(key);
      expect(keyOf('s', { ...input, '': more, new: null }, own).key).not.toBe(key);
    }),
  );
});
