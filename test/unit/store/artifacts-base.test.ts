// Danger: a preview writes into production's artifacts, or takes a blob for whole that production has lost or that was changed there.
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskBlobs } from '../../../store/artifacts/disk';

const kept = () => Promise.resolve();
const bytesOf = (text: string) => Buffer.from(text);
let folder: string;
let base: string;
let root: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perennial-base-'));
  [base, root] = [join(folder, 'base'), join(folder, 'own')];
});
afterEach(() => {
  for (const path of everything(base)) chmodSync(path, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

function everything(below: string): string[] {
  if (!existsSync(below)) return [];
  const inside = readdirSync(below, { recursive: true, encoding: 'utf8' }).map((path) => join(below, path));
  return [below, ...inside].sort();
}

/** Every file and folder: its bytes, its rights, and when it was changed. */
function look(below: string): unknown[] {
  return everything(below).map((path) => {
    const { mtimeNs, ctimeNs, mode } = statSync(path, { bigint: true });
    return [path, mode, mtimeNs, ctimeNs, statSync(path).isFile() ? readFileSync(path, 'hex') : null];
  });
}

test('what is not in the own store is read from the base, and nothing of that is touched by all that a preview does', async () => {
  const production = diskBlobs(base, kept);
  const old = await production.putBytes(bytesOf('of production'), 'json');
  const both = await production.putBytes(bytesOf('of both'), 'json');
  for (const path of everything(base).reverse()) chmodSync(path, statSync(path).isFile() ? 0o400 : 0o500);
  const before = look(base);
  const preview = diskBlobs(root, kept, base);
  expect(await preview.pathOf(old)).toBe(await production.pathOf(old));
  expect((await preview.read(old)).toString()).toBe('of production');
  expect(await preview.putBytes(bytesOf('of both'), 'json')).toBe(both);
  // What it has written it keeps, whatever production removes.
  expect(await preview.pathOf(both)).toContain(root);
  expect(await preview.pathOf(await preview.putBytes(bytesOf('its own'), 'json'))).toContain(root);
  rmSync(root, { recursive: true });
  expect((await preview.read(both)).toString()).toBe('of both');
  expect(look(base)).toEqual(before);
});

test('one that production has lost is named, as that; one that was changed there is not taken for whole', async () => {
  const production = diskBlobs(base, kept);
  const [lost, changed] = [
    await production.putBytes(bytesOf('lost'), 'json'),
    await production.putBytes(bytesOf('changed'), 'json'),
  ];
  const preview = diskBlobs(root, kept, base);
  const path = await preview.pathOf(changed);
  rmSync(await production.pathOf(lost), { force: true });
  await expect(preview.pathOf(lost)).rejects.toMatchObject({ code: 'PER_RUN_195' });
  await expect(preview.read(lost)).rejects.toThrow(`Artifact ${lost} is neither in ${root} nor in ${base}`);
  chmodSync(path, 0o600);
  appendFileSync(path, '!');
  await expect(preview.read(changed)).rejects.toMatchObject({ code: 'PER_RUN_003' });
  await expect(preview.pathOf('../../etc/passwd')).rejects.toMatchObject({ code: 'PER_RUN_002' });
});
