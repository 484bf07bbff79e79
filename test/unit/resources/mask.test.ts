// Danger: the value of a resource leaves the process in a form that is not looked for, or what is no secret is masked.
import { ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import { z } from 'zod';
import { describe as describeError } from '../../../activities/run-step/failure';
import { createMask, MASKED, NO_MASK } from '../../../activities/run-step/resources/mask';
import { maskError } from '../../../activities/run-step/resources/mask-error';
import { outputHolds } from '../../../activities/run-step/resources/output-holds';
import { sortTexts } from '../../../activities/run-step/resources/sort-texts';
import { type Json, notSecret, resource, secret } from '../../../core';

const maskOf = (...texts: string[]) =>
  createMask(texts.map((text) => ({ text, resource: 'warehouse', field: 'password' })));
const mask = maskOf('canary-value');

describe('sorting a value by its schema', () => {
  const hidden = (schema: z.ZodType, value: Json) =>
    sortTexts(resource('r', schema), value).hidden.map(({ field, text }) => [field, text]);

  test('texts are hidden unless they are marked; numbers only where they are marked', () => {
    const schema = z.object({
      host: notSecret(z.string()),
      user: z.string(),
      port: z.int(),
      pin: secret(z.int()),
      keys: z.array(secret(z.string())),
      open: notSecret(z.array(z.string())).optional(),
    });
    const value = { host: 'h', user: 'u', port: 5432, pin: 123456, keys: ['k'], open: ['o'], more: 'm' };
    expect(hidden(schema, value)).toEqual([
      ['user', 'u'],
      ['pin', '123456'],
      ['keys.0', 'k'],
      ['more', 'm'],
    ]);
    expect(sortTexts(resource('r', schema), value).open).toEqual({ host: 'h', 'open.0': 'o' });
  });

  test('marks are found behind what wraps a schema, in unions by the member that fits, and in records', () => {
    const either = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), id: notSecret(z.string()) }),
      z.object({ kind: notSecret(z.literal('b')), id: z.string() }),
    ]);
    expect(hidden(either, { kind: 'a', id: 'x' })).toEqual([['kind', 'a']]);
    expect(hidden(either, { kind: 'b', id: 'x' })).toEqual([['id', 'x']]);
    const wrapped = z.record(z.string(), notSecret(z.string()).optional().default('d').readonly());
    expect(hidden(wrapped, { a: 'x' })).toEqual([]);
    expect(hidden(notSecret(z.string()).transform(Number), 'x')).toEqual([]);
  });

  test('what is not understood is hidden, and so is a value without a schema', () => {
    expect(hidden(z.tuple([notSecret(z.string())]), ['x'])).toEqual([['0', 'x']]);
    expect(sortTexts('r', { a: ['x'] }).hidden).toEqual([{ text: 'x', resource: 'r', field: 'a.0' }]);
  });
});

/** JSON as Python writes it. */
function inAscii(text: string): string {
  return JSON.stringify(text).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

describe('a mask', () => {
  const secretText = fc
    .string({ minLength: 6, maxLength: 40, unit: 'grapheme' })
    .filter((text) => text.trim().length > 5);

  test('no known text is left, wherever it stands and however it is encoded', () => {
    const encodings = [
      (text: string) => text,
      (text: string) => JSON.stringify(text),
      (text: string) => JSON.stringify({ inner: JSON.stringify(text) }),
      (text: string) => JSON.stringify(JSON.stringify(JSON.stringify({ [text]: 1 }))),
      // Python writes nothing but ASCII, PHP escapes slashes, and some write control characters in one way, some in another.
      inAscii,
      (text: string) => JSON.stringify({ inner: inAscii(text) }),
      (text: string) => JSON.stringify(text).replaceAll('/', '\\/'),
      (text: string) =>
        text.replace(/[^]/g, (c) => `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`),
      encodeURIComponent,
      (text: string) => encodeURIComponent(encodeURIComponent(text)),
      (text: string) => encodeURIComponent(JSON.stringify({ text })),
      (text: string) => JSON.stringify({ url: `x?a=${encodeURIComponent(text)}` }),
      (text: string) => new URLSearchParams({ a: text }).toString(),
      (text: string) => Buffer.from(text).toString('hex').replace(/../g, '%$&'),
      (text: string) => Buffer.from(text).toString('base64'),
      (text: string) => Buffer.from(text).toString('base64url'),
    ];
    fc.assert(
      fc.property(secretText, fc.string(), fc.string(), fc.constantFrom(...encodings), (text, a, b, encode) => {
        const masked = maskOf(text).text(`${a}${encode(text)}${b}`);
        // A text that is part of the mask itself is not told from it.
        fc.pre(!MASKED.includes(text));
        expect(masked).not.toContain(encode(text).replace(/^"|"$/g, ''));
        expect(masked).toContain(MASKED);
      }),
    );
  });

  test('a URL that was put together has its password masked, as it is written there', () => {
    for (const password of ['p@ss$w(or)d&1', "it's/a:word", 'grüße sie+alle']) {
      const url = new URL('postgres://me@host/db');
      url.password = password;
      expect(maskOf(password).text(url.href)).toBe(`postgres://me:${MASKED}@host/db`);
    }
  });

  test('Base64 of a longer text that holds it says nothing of it, in whatever way it is moved, nor lines of Base64', () => {
    fc.assert(
      fc.property(secretText, fc.string(), fc.string(), fc.boolean(), (text, before, after, forUrls) => {
        fc.pre(!MASKED.includes(text));
        const as = forUrls ? 'base64url' : 'base64';
        const masked = maskOf(text).text(Buffer.from(before + text + after).toString(as));
        expect(masked).toContain(MASKED);
        // What is left is of the neighbours, and of the bytes at its ends two or four bits.
        const around = Buffer.byteLength(before) + Buffer.byteLength(after);
        if (masked.split(MASKED).length === 2) {
          expect(masked.replace(MASKED, '').length).toBeLessThanOrEqual(Math.ceil((around * 4) / 3) + 6);
        }
      }),
    );
    const key = 'k3y/'.repeat(40);
    for (const width of [64, 76]) {
      const lines =
        Buffer.from(key)
          .toString('base64')
          .match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
      expect(lines.map((line) => maskOf(key).text(line)).filter((line) => line.length > 16)).toEqual([]);
    }
  });

  test('a text is cut where it was to be, or after what stands at the cut', () => {
    expect(mask.head('ab canary-value cd', 2)).toBe('ab');
    expect(mask.head('ab canary-value cd', 5)).toBe(`ab ${MASKED}`);
    expect(mask.head('ab canary-value cd', 17)).toBe(`ab ${MASKED} c`);
    expect(NO_MASK.head('abc', 2)).toBe('ab');
  });

  test('what stands beside it stays, where escapes are undone to find it', () => {
    const value = 'a "b" ü';
    const text = `é\\"😀 ${JSON.stringify({ value })}\\u00e4 %F0%9F%98%80${encodeURIComponent(value)}%20\\n`;
    expect(maskOf(value).text(text)).toBe(`é\\"😀 {"value":"${MASKED}"}\\u00e4 %F0%9F%98%80${MASKED}%20\\n`);
  });

  test('what overlaps is masked as one', () => {
    expect(maskOf('abcdef', 'cdefghij').text('-abcdefghij-')).toBe(`-${MASKED}-`);
  });

  test('a text without any is the same text', () => {
    fc.assert(
      fc.property(
        fc.string().filter((s) => !s.includes('canary')),
        (text) => mask.text(text) === text,
      ),
    );
    expect(maskOf('short').active).toBe(false);
    expect(maskOf()).toBe(NO_MASK);
  });

  test('lines of a key and the password of a URL are known by themselves', () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(40)}\n${'B'.repeat(40)}\n-----END PRIVATE KEY-----\n`;
    expect(maskOf(key).text(`2: ${'B'.repeat(40)}`)).toBe(`2: ${MASKED}`);
    expect(maskOf(key).text('-----BEGIN PRIVATE KEY-----')).toContain('BEGIN');
    const url = maskOf('postgres://me:p%40ssw0rd@host/db');
    expect(url.text('p%40ssw0rd or p@ssw0rd')).toBe(`${MASKED} or ${MASKED}`);
  });

  test('a line of the log has none, however deep in JSON its message has it', () => {
    fc.assert(
      fc.property(secretText, (text) => {
        fc.pre(!MASKED.includes(text));
        const msg = JSON.stringify({ body: JSON.stringify({ text }) });
        const line = maskOf(text).line(`${JSON.stringify({ msg, [msg]: [{ msg }] })}\n`);
        expect(line).not.toContain(JSON.stringify(JSON.stringify(JSON.stringify(text))).slice(7, -7));
        expect(line.split(MASKED)).toHaveLength(4);
      }),
    );
  });

  test('a line of the log stays one JSON object, its numbers and keys masked too', () => {
    const pin = createMask([{ text: '123456', resource: 'r', field: 'pin' }]);
    const line = `${JSON.stringify({ msg: 'a 123456', pin: 123456, 123456: 1, deep: [{ x: '123456' }] })}\n`;
    const masked = pin.line(line);
    expect(masked.endsWith('\n')).toBe(true);
    expect(JSON.parse(masked)).toEqual({ msg: `a ${MASKED}`, pin: MASKED, [MASKED]: 1, deep: [{ x: MASKED }] });
    expect(pin.line('no JSON 123456\n')).toBe(`no JSON ${MASKED}\n`);
  });

  test('a message is masked before it is cut', () => {
    const { message } = describeError(new Error(`${'x'.repeat(1_995)}canary-value`), [], mask);
    expect(message).not.toContain('canar');
  });
});

describe('an output', () => {
  test('that holds a value in any place is refused by the name of the field, not changed', () => {
    for (const output of ['canary-value', { a: [{ b: 'x canary-value' }] }, { 'canary-value': 1 }]) {
      expect(outputHolds(mask, 'load', output)?.message).toMatch(/PER_RUN_064.*'load'.*'password'.*'warehouse'/);
      expect(outputHolds(mask, 'load', output)?.message).not.toContain('canary');
    }
    expect(outputHolds(mask, 'load', { a: 1 })).toBeNull();
  });
});

describe('an error for Temporal', () => {
  const shown = (error: unknown): string => {
    const parts: unknown[] = [];
    for (let at = error; at instanceof Error; at = at.cause)
      parts.push(at.name, at.message, at.stack, at instanceof ApplicationFailure ? [at.type, at.details] : null);
    return JSON.stringify(parts);
  };

  test('is masked in message, stack, details and causes, and keeps what it is', () => {
    const cause = new TypeError('because of canary-value', { cause: 'canary-value' });
    const given = ApplicationFailure.create({
      ...{ message: 'canary-value', type: 'Mine', nonRetryable: true, nextRetryDelay: '3s', cause },
      details: [{ deep: ['canary-value'] }, 7],
    });
    expect(shown(given)).toContain('canary');
    const masked = maskError(mask, given);
    expect(shown(masked)).not.toContain('canary');
    expect(masked).toMatchObject({ type: 'Mine', nonRetryable: true, nextRetryDelay: '3s' });
    expect(masked).toMatchObject({ details: [{ deep: [MASKED] }, 7], cause: { name: 'TypeError' } });
    expect(given.message).toBe('canary-value');
  });

  test('that is its own cause ends', () => {
    const round = new Error('canary-value');
    round.cause = round;
    expect(shown(maskError(mask, round))).not.toContain('canary');
  });

  test('is the same error where nothing is known', () => {
    const error = new Error('x');
    expect(maskError(NO_MASK, error)).toBe(error);
  });
});
