// Danger: a preview writes into production's artifacts, since their folder was named to it by another path.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSameFolder } from '../../../store/artifacts/same-folder';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'perennial-folders-')));
beforeAll(() => {
  mkdirSync(join(root, 'real', 'artifacts'), { recursive: true });
  mkdirSync(join(root, 'other'));
  symlinkSync(join(root, 'real'), join(root, 'link'));
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

test.each([
  ['itself', 'real/artifacts', 'real/artifacts', true],
  ['with a slash at its end', 'real/artifacts', 'real/artifacts/', true],
  ['by way of another', 'real/artifacts', 'other/../real/artifacts', true],
  ['by a link to a folder above it', 'real/artifacts', 'link/artifacts', true],
  ['by a link, before it is there', 'real/new/deep', 'link/new/deep', true],
  ['another', 'real/artifacts', 'other', false],
  ['one inside of it', 'real', 'real/artifacts', false],
  ['another that is not there', 'real/new', 'other/new', false],
])('%s', (_what, one, other, same) => {
  // As it was written: `join` would clean it.
  expect(isSameFolder(`${root}/${one}`, `${root}/${other}`)).toBe(same);
});
