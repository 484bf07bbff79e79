import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin, PluginBuild } from 'esbuild';
import { type ModuleGraph, reach } from './module-graph';

/** What the bundle's entry exports as `loaded`: the exports of modules that were loaded with `import()`, by path. */
export const LOADED = 'perennial:loaded';

const NOTED = 'perennial-noted';
const ASKED = Symbol('asked');

/**
 * Makes a bundle note whose exports are whose: each file that the project loads with `import()`, as a pool's steps are,
 * tells its exports when it is loaded, and those of the files that are loaded with it and speak of `implement`. So the
 * file that a step's code stands in can be found, and nothing is loaded that was not asked for.
 *
 * @param root the folder that the graph's paths start from
 */
export function noteModules(root: string, graph: ModuleGraph): Plugin {
  return {
    name: 'note-modules',
    setup(build) {
      build.onResolve({ filter: /^perennial:loaded$/ }, () => ({ path: LOADED, namespace: NOTED }));
      build.onResolve({ filter: /.*/ }, async (asked) => {
        if (asked.kind !== 'dynamic-import' || asked.pluginData === ASKED) return undefined;
        const { importer, namespace, resolveDir, kind } = asked;
        const found = await build.resolve(asked.path, { importer, namespace, resolveDir, kind, pluginData: ASKED });
        const path = pathIn(root, graph, found.path);
        return found.external || path === null ? undefined : { path, namespace: NOTED };
      });
      loadNoted(build, root, graph);
    },
  };
}

function loadNoted(build: PluginBuild, root: string, graph: ModuleGraph): void {
  build.onLoad({ filter: /.*/, namespace: NOTED }, ({ path }) => {
    if (path === LOADED) return { contents: 'export const loaded = new Map();', loader: 'js' };
    const speaking = reach(graph, path, 'eager').filter((one) => one !== path && speaksOfImplement(root, graph, one));
    const lines = [path, ...speaking].map((one, i) => {
      return `import * as m${i} from ${specifier(one)}; loaded.set(${JSON.stringify(one)}, m${i});`;
    });
    return {
      contents: `import { loaded } from '${LOADED}'; ${lines.join(' ')} export * from ${specifier(path)}; export default m0['default'];`,
      loader: 'js',
      resolveDir: root,
    };
  });
}

/** Relative: where the project lies must not show in the bundle, not even in the columns of its source map. */
function specifier(path: string): string {
  return JSON.stringify(/^\.\.?\//.test(path) ? path : `./${path}`);
}

/** The path of an ES module in the graph; null for everything else. */
function pathIn(root: string, graph: ModuleGraph, absolute: string): string | null {
  for (const [path, { esm }] of graph) if (esm && join(root, path) === absolute) return path;
  return null;
}

/** The others' exports may be left out by the bundler, as they would be without this. */
function speaksOfImplement(root: string, graph: ModuleGraph, path: string): boolean {
  return graph.get(path)?.esm === true && readFileSync(join(root, path), 'utf8').includes('implement');
}
