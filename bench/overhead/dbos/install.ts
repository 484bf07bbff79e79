import { spawn } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Written last: a folder without it was left half installed. */
const STAMP = 'installed.json';

/**
 * Installs what a peer's own package.json and lock file ask for, into a folder that later rounds find again. No script of
 * any package is run.
 *
 * @returns null when it is there; else why npm could not install it
 */
export async function installPeer(requirements: string, folder: string): Promise<string | null> {
  const lock = await readFile(join(requirements, 'package-lock.json'), 'utf8');
  if ((await readFile(join(folder, STAMP), 'utf8').catch(() => null)) === lock) return null;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json'])
    await copyFile(join(requirements, name), join(folder, name));
  const refused = await npm(folder, ['ci', '--ignore-scripts', '--engine-strict', '--no-audit', '--no-fund']);
  if (refused === null) await writeFile(join(folder, STAMP), lock);
  return refused;
}

/** The npm that runs the benchmark, if one does. Null when it did what it was asked; else what it said. */
async function npm(folder: string, args: readonly string[]): Promise<string | null> {
  const running = process.env['npm_execpath'];
  const [command, first] = running?.endsWith('.js') ? [process.execPath, [running]] : ['npm', []];
  const child = spawn(command, [...first, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const said: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  return new Promise((resolve) => {
    child.on('error', (error) => {
      resolve(error.message);
    });
    child.on('close', (code) => {
      resolve(code === 0 ? null : said.join('').trim() || `npm ended with exit code ${code ?? '?'}`);
    });
  });
}
