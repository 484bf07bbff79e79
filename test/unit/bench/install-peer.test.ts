// Danger: a peer that does not install ends the benchmark, or what was half installed is taken for the whole the next time.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPeer } from '../../../bench/overhead/dbos/install';

let folder: string;
let wanted: string;
let place: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'peer-'));
  [wanted, place] = [join(folder, 'wanted'), join(folder, 'place')];
  await mkdir(wanted);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a peer asks for; npm needs no registry for it. */
async function ask(version: string, node: string): Promise<void> {
  const peer = { name: 'peer', version };
  await writeFile(join(wanted, 'package.json'), JSON.stringify({ ...peer, engines: { node } }));
  const lock = { ...peer, lockfileVersion: 3, requires: true, packages: { '': peer } };
  await writeFile(join(wanted, 'package-lock.json'), JSON.stringify(lock));
}

test('a peer that does not install says why; once it does, it is installed once for each lock file', async () => {
  await ask('1.0.0', '>=99');
  expect(await installPeer(wanted, place)).toContain('"node":">=99"');
  await ask('1.0.0', '>=20');
  expect(await installPeer(wanted, place)).toBeNull();
  await writeFile(join(place, 'mark'), '');
  expect(await installPeer(wanted, place)).toBeNull();
  expect(await readFile(join(place, 'mark'), 'utf8')).toBe('');
  await ask('2.0.0', '>=20');
  expect(await installPeer(wanted, place)).toBeNull();
  await expect(readFile(join(place, 'mark'))).rejects.toThrow('ENOENT');
}, 30_000);
