import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..');
const BEFORE = "draft.commands.push({ type: 'run-step'";
const AFTER = "draft.commands.unshift({ type: 'run-step'";

/**
 * Copies this build into a folder, with one change: its workflows ask for steps in another order, so that runs which began without
 * it do not go on with it.
 *
 * @returns the file of its command
 */
export function copyMutantBuild(folder: string): string {
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  for (const name of ['package.json', 'node_modules', 'migrations']) symlinkSync(join(root, name), join(folder, name));
  const path = join(folder, 'dist', 'workflow-bundle.js');
  const code = readFileSync(path, 'utf8');
  const changed = code.replace(BEFORE, AFTER);
  if (changed === code) throw new Error('the mutant is no mutant');
  writeFileSync(path, changed);
  return join(folder, 'dist', 'cli', 'main.js');
}
