import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';

export const root = join(__dirname, '../../..');

/** Code as a file of the repository: `file` is where it would lie. */
export interface Snippet {
  readonly file: string;
  readonly code: string;
}

const answer = z.object({
  diagnostics: z.array(z.object({ code: z.string().optional(), message: z.string(), filename: z.string() })),
});

/**
 * Lints each snippet as a file of its room, by the configuration of this repository, in a folder of its own: what one snippet
 * declares, no other sees. Answers for each one the rules that refuse it, as in `.oxlintrc.json`, or what the linter said where
 * that is no rule's.
 */
export async function lint(snippets: readonly Snippet[]): Promise<string[][]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'perennial-lint-')));
  try {
    for (const name of ['.oxlintrc.json', 'lint', 'tsconfig.json'])
      cpSync(join(root, name), join(folder, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const files = snippets.map(({ file }, at) => file.replace(/\.ts$/, `-${at}.ts`));
    for (const [at, { code }] of snippets.entries()) write(join(folder, files[at] ?? ''), `${code}\n`);
    const { diagnostics } = answer.parse(JSON.parse(await oxlint(folder)));
    return files.map((file) => diagnostics.filter(({ filename }) => filename === file).map(ruleOf));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** It ends with 1 where it refuses something, and so it must here. */
function oxlint(cwd: string): Promise<string> {
  const command = [join(root, 'node_modules/oxlint/bin/oxlint'), '--format=json', '.'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, command, { cwd, maxBuffer: 64 * 2 ** 20 }, (error, stdout, stderr) => {
      if (error?.code === 1 && stdout.startsWith('{')) resolve(stdout);
      else reject(new Error(`oxlint ended with ${error?.code ?? 0}: ${stderr}${stdout.slice(0, 2000)}`));
    });
  });
}

/** `eslint(no-var)` is the rule `eslint/no-var`. */
function ruleOf({ code, message }: { code?: string | undefined; message: string }): string {
  const [, plugin, rule] = /^(.+)\((.+)\)$/.exec(code ?? '') ?? [];
  return plugin === undefined || rule === undefined ? message : `${plugin}/${rule}`;
}
