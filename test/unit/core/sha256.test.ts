// Danger: a digest of our own that is not SHA-256, so that plans and contracts have names nobody else can compute.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { canonicalJson, jsonOf } from '../../../core/plan/json';
import { sha256 } from '../../../core/plan/sha256';

const theirs = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

describe('sha256', () => {
  it('is what Node computes, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 150 }), (text) => expect(sha256(text)).toBe(theirs(text))),
    );
  });

  it.each([0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000])('pads a text of %i characters', (length) => {
    expect(sha256('a'.repeat(length))).toBe(theirs('a'.repeat(length)));
  });

  it('writes a lone surrogate as Node does', () => {
    expect(sha256('\ud800')).toBe(theirs('\ud800'));
  });
});

describe('canonical JSON', () => {
  it('does not depend on the order of keys, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = jsonOf(value);
        const text = canonicalJson(json);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(jsonOf(reversed(json)))).toBe(text);
      }),
    );
  });

  it('refuses numbers that JSON would turn into null', () => {
    expect(() => canonicalJson(NaN)).toThrow(TypeError);
    expect(() => jsonOf({ a: [Infinity] })).toThrow(TypeError);
  });
});

/** The same value with the keys of every object in the other order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, field]) => [key, reversed(field)]),
  );
}
