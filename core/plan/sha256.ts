// Why not a library or the platform's: a plan is traced while a file is being imported, in any runtime (worker, test,
// sandbox), so the digest must be synchronous and must not need Node; WebCrypto's is asynchronous. The input is a few
// kilobytes at definition time. A property test holds this against node:crypto.

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
const K = constants(64, Math.cbrt);
/** The same of the square roots of the first 8 primes (FIPS 180-4, 5.3.3). */
const START = constants(8, Math.sqrt);

/**
 * SHA-256 of a text's UTF-8 bytes, as 64 lower-case hex digits (FIPS 180-4).
 *
 * @example
 * sha256('abc') === 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
 */
export function sha256(text: string): string {
  const data = pad(utf8(text));
  const state = Int32Array.from(START);
  const w = new Int32Array(64);
  for (let block = 0; block < data.length; block += 64) mix(state, data, block, w);
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function mix(state: Int32Array, data: Uint8Array, block: number, w: Int32Array): void {
  for (let i = 0; i < 16; i++) {
    const at = block + i * 4;
    w[i] = (byte(data, at) << 24) | (byte(data, at + 1) << 16) | (byte(data, at + 2) << 8) | byte(data, at + 3);
  }
  for (let i = 16; i < 64; i++) {
    const a = word(w, i - 15);
    const b = word(w, i - 2);
    w[i] =
      word(w, i - 16) +
      (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) +
      word(w, i - 7) +
      (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
  }
  const v = Int32Array.from(state);
  for (let i = 0; i < 64; i++) {
    const a = word(v, 0);
    const e = word(v, 4);
    const choice = (e & word(v, 5)) ^ (~e & word(v, 6));
    const majority = (a & word(v, 1)) ^ (a & word(v, 2)) ^ (word(v, 1) & word(v, 2));
    const t1 = word(v, 7) + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + word(K, i) + word(w, i);
    const t2 = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority;
    v.copyWithin(1, 0, 7);
    v[0] = t1 + t2;
    v[4] = word(v, 4) + t1;
  }
  for (let i = 0; i < 8; i++) state[i] = word(state, i) + word(v, i);
}

function turn(x: number, by: number): number {
  return (x >>> by) | (x << (32 - by));
}

function word(words: Int32Array, i: number): number {
  return words[i] ?? 0;
}

function byte(bytes: Uint8Array, i: number): number {
  return bytes[i] ?? 0;
}

function constants(count: number, root: (n: number) => number): Int32Array {
  const words = new Int32Array(count);
  for (let n = 2, found = 0; found < count; n++) {
    if (isPrime(n)) words[found++] = ((root(n) % 1) * 2 ** 32) | 0;
  }
  return words;
}

function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return true;
}

/** A one bit, zeros, and the length in bits, up to a multiple of 64 bytes (FIPS 180-4, 5.1.1). */
function pad(bytes: number[]): Uint8Array {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  let bits = bytes.length * 8;
  for (let i = padded.length - 1; bits > 0; i--, bits = Math.floor(bits / 256)) padded[i] = bits % 256;
  return padded;
}

function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const c = character.codePointAt(0) ?? 0;
    // A lone surrogate has no UTF-8 form; like every encoder, write the replacement character.
    const point = c >= 0xd800 && c <= 0xdfff ? 0xfffd : c;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
    else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
  }
  return bytes;
}
