// A step's program that says its resource everywhere, in all the forms that the documents name; at its first try it fails with it.
const { readFileSync, writeFileSync, writeSync } = require('node:fs');

const { PERENNIAL_INPUT, PERENNIAL_OUTPUT } = process.env;
const { input, resources, fence } = JSON.parse(readFileSync(PERENNIAL_INPUT, 'utf8'));
const { marker } = input;
const { token, user, key } = resources.store;
const base64 = (text) => Buffer.from(text).toString('base64');
/** JSON as Python writes it: nothing but ASCII. */
const ascii = (value) =>
  JSON.stringify(value).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
const wrapped = (text) => base64(text).replace(/.{76}/g, '$&\n');

const forms = [
  ...[`${token} ${user}`, key, `\r\n${key.replaceAll('\n', '\r\n')}`],
  ...[{ token, key }, { inner: JSON.stringify({ token, key }) }].map((value) => JSON.stringify(value)),
  ...[ascii({ token }), JSON.stringify(ascii({ token })), JSON.stringify({ token }).replaceAll('/', '\\/')],
  ...[encodeURIComponent(token), new URLSearchParams({ token, key }).toString(), encodeURIComponent(ascii(token))],
  ...[token, `${token}\n`, `user:${token}`, `me:${token}@host`, JSON.stringify({ token })].map(base64),
  ...[Buffer.from(token).toString('base64url'), wrapped(key), `Bearer ${base64(token)}`],
];

for (const [stream, name] of [
  [1, 'stdout'],
  [2, 'stderr'],
]) {
  for (const form of forms) writeSync(stream, `${marker} on ${name}: ${form}\n`);
  // Its end is beyond what is kept of a line.
  for (const kept of [10, 20])
    writeSync(stream, `${marker} ${'x'.repeat(16_384 - marker.length - 1 - kept)}${token}\n`);
}
for (const form of [token, { [token]: [key, { user }] }, forms])
  console.log(JSON.stringify({ progress: { marker, form } }));

/** Says the token in two halves, and the second one when the first was read. */
function inHalves(then) {
  process.stdout.write(`${marker} in halves: ${token.slice(0, 15)}`, () => {
    setImmediate(() => process.stdout.write(`${token.slice(15)}\n`, then));
  });
}

inHalves(() => {
  if (fence === 2) writeFileSync(PERENNIAL_OUTPUT, JSON.stringify({ region: resources.store.region }));
  // JSON.parse would repeat what stands around the place where it is wrong.
  else if (input.how === 'no json') writeFileSync(PERENNIAL_OUTPUT, `{"${marker}": ${token}`);
  else if (input.how === 'no file') {
    const long = { $file: `${marker}${'x'.repeat(140)}${token}` };
    writeFileSync(PERENNIAL_OUTPUT, JSON.stringify(long));
  } else {
    // The last words, which the error repeats: so much that the front is cut off, within the token or the key.
    for (let i = 0; i < 30; i += 1) writeSync(2, `${marker} ${token} ${key}${user}\n`);
    process.exit(fence === 1 ? 3 : 64);
  }
});
