// Danger: a spin writes into the artifact store of production, or cannot read what the run's steps have made.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskBlobs } from '../../../store/artifacts/disk';
import { scratchArtifacts } from '../../../store/artifacts/scratch';

const folder = mkdtempSync(join(tmpdir(), 'perennial-scratch-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const behind = diskBlobs(join(folder, 'behind'), () => Promise.resolve());
const all = (): string[] => readdirSync(join(folder, 'behind'), { recursive: true, encoding: 'utf8' }).sort();

test('reads what lies in either, writes in its own alone, and tells what was written once', async () => {
  const old = await behind.putBytes(Buffer.from('of the run'), 'json');
  const before = all();
  const scratch = scratchArtifacts(join(folder, 'own'), behind);
  const made = await scratch.putBytes(Buffer.from('made'), 'report');
  writeFileSync(join(folder, 'file'), 'made');
  expect(await scratch.putFile(join(folder, 'file'), 'report')).toBe(made);
  expect((await scratch.read(old)).toString()).toBe('of the run');
  expect((await scratch.read(made)).toString()).toBe('made');
  expect(await scratch.pathOf(made)).toContain(join(folder, 'own'));
  expect(scratch.written()).toEqual([{ digest: made, kind: 'report', bytes: 4 }]);
  expect(all()).toEqual(before);
  await expect(behind.read(made)).rejects.toMatchObject({ code: 'PER_RUN_002' });
  await expect(scratch.read('0'.repeat(64))).rejects.toMatchObject({ code: 'PER_RUN_002' });
});
