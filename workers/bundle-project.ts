import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuildOptions } from 'esbuild';
import { z } from 'zod';
import { type ModuleGraph, moduleGraph, UNKNOWN_LOADS } from './code/module-graph';
import { LOADED, noteModules } from './code/note-modules';

/** A project's code in one file. */
export interface ProjectBundle {
  /** A CommonJS file that exports `config`, and as `loaded` the exports of what was loaded with `import()` so far. */
  readonly path: string;
  /** SHA-256 of its text and source map, in hex: the same sources give the same digest wherever they lie. */
  readonly digest: string;
  /** The files that went into it. */
  readonly graph: ModuleGraph;
}

/**
 * Bundles `perennial.config.ts` of a folder with esbuild, in two passes: the first tells who imports whom, the second
 * makes the bundle. Packages stay outside of it and are found from the project's folder, wherever the bundle is written.
 *
 * @param source the config's path
 * @param state the bundle goes to its `build/`
 * @throws what esbuild raises when the project does not compile
 */
export async function bundleProject(root: string, source: string, state: string): Promise<ProjectBundle> {
  // esbuild is loaded by those who bundle, not by everyone who knows the type of a project.
  const { build, stop } = await import('esbuild');
  try {
    const read = await build({
      ...optionsFor(root),
      metafile: true,
      logOverride: Object.fromEntries(UNKNOWN_LOADS.map((id) => [id, 'warning'])),
    });
    const graph = moduleGraph(read.metafile, read.warnings);
    const built = await build({
      ...optionsFor(root, `export { loaded } from '${LOADED}';`),
      sourcemap: 'external',
      sourcesContent: false,
      plugins: [noteModules(root, graph)],
    });
    const textOf = (ending: string): string => built.outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
    return { ...write({ text: textOf('.js'), map: textOf('.map'), root, source, state }), graph };
  } finally {
    // Otherwise its helper process stays for as long as this one.
    await stop();
  }
}

function optionsFor(root: string, more = ''): BuildOptions & { write: false } {
  return {
    stdin: {
      contents: `export { default as config } from './perennial.config'; ${more}`,
      resolveDir: root,
      loader: 'ts',
    },
    absWorkingDir: root,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outfile: 'project.js',
    write: false,
    logLevel: 'silent',
  };
}

interface Built {
  readonly text: string;
  readonly map: string;
  readonly root: string;
  readonly source: string;
  readonly state: string;
}

function write({ text, map, root, source, state }: Built): { path: string; digest: string } {
  const digest = createHash('sha256').update(text).update(map).digest('hex');
  const path = join(state, 'build', `project-${digest.slice(0, 16)}.js`);
  mkdirSync(join(state, 'build'), { recursive: true, mode: 0o700 });
  // Packages are found from the project, although the bundle lies in the state folder.
  const banner = `require = require('node:module').createRequire(${JSON.stringify(source)});`;
  // The banner shares the first line, so that the source map's lines still fit; the directive has to stay in front.
  const directive = '"use strict";';
  const code = text.startsWith(directive) ? `${directive}${banner}${text.slice(directive.length)}` : `${banner}${text}`;
  writeFileSync(`${path}.${process.pid}`, `${code}${inline(located(map, root))}`, { mode: 0o600 });
  renameSync(`${path}.${process.pid}`, path);
  return { path, digest };
}

const SourceMap = z.looseObject({ sources: z.array(z.string()) });

/** The map with its files where they are: a debugger would look for them beside the bundle. */
function located(map: string, root: string): string {
  const { sources, ...rest } = SourceMap.parse(JSON.parse(map));
  return JSON.stringify({ ...rest, sources: sources.map((path) => pathToFileURL(join(root, path)).href) });
}

function inline(map: string): string {
  return `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}\n`;
}
