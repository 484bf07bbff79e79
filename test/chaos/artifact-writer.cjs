// Writes artifacts until it is killed: node artifact-writer.cjs <root> <in-place|renamed>
const { createHash, randomBytes } = require('node:crypto');
const { mkdirSync, openSync, writeSync } = require('node:fs');
const { join } = require('node:path');
const { diskArtifacts } = require('../../dist/store/artifacts');

const [root, how] = process.argv.slice(2);
// The records are not what is tested here.
const store = diskArtifacts({ query: () => Promise.resolve({ rows: [] }) }, root);

/** What the store must not do: the final name is there while its bytes are still being written. */
function inPlace(bytes) {
  const digest = createHash('sha256').update(bytes).digest('hex');
  mkdirSync(join(root, 'sha256', digest.slice(0, 2)), { recursive: true });
  const file = openSync(join(root, 'sha256', digest.slice(0, 2), digest.slice(2)), 'w');
  for (let at = 0; at < bytes.length; at += 4_096) writeSync(file, bytes.subarray(at, at + 4_096));
}

async function main() {
  process.stdout.write('writing\n');
  for (;;) {
    const bytes = randomBytes(8 << 20);
    if (how === 'in-place') inPlace(bytes);
    else await store.putBytes(bytes, 'json');
  }
}

void main();
