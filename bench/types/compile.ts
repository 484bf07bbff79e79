import { join } from 'node:path';
import ts from 'typescript';
import { packageRoot } from '../../workers/package-root';

/** What the compiler had to do for one source. */
export interface Compiled {
  /** Types that it made from generic ones: exact for the sources, their order and a version of TypeScript, whatever the machine. */
  readonly instantiations: number;
  /** What it refuses. */
  readonly errors: readonly string[];
  /** ms to check it. */
  readonly ms: number;
}

/**
 * Checks sources one after the other with this checkout's options, as if they stood in `bench/types/`. What several of
 * them need is counted to the first: begin with one that uses everything.
 */
export function compileInTurn(sources: readonly string[]): Compiled[] {
  const options = readOptions();
  const files = new Map(sources.map((text, i) => [join(packageRoot(), 'bench', 'types', `generated-${i}.ts`), text]));
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram([...files.keys()], options, {
    ...host,
    getSourceFile(name, language) {
      const text = files.get(name);
      return text === undefined ? host.getSourceFile(name, language) : ts.createSourceFile(name, text, language, true);
    },
    fileExists: (name) => files.has(name) || host.fileExists(name),
    readFile: (name) => files.get(name) ?? host.readFile(name),
  });
  return [...files.keys()].map((name) => {
    const before = program.getInstantiationCount();
    const began = performance.now();
    const found = program.getSemanticDiagnostics(program.getSourceFile(name));
    const ms = performance.now() - began;
    const errors = found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    return { instantiations: program.getInstantiationCount() - before, errors, ms };
  });
}

/** The checkout's strictness; what is generated may leave a name unused, and nothing is written. */
function readOptions(): ts.CompilerOptions {
  const path = join(packageRoot(), 'tsconfig.json');
  const read = ts.getParsedCommandLineOfConfigFile(
    path,
    { incremental: false, noEmit: true, noUnusedLocals: false, noUnusedParameters: false, types: [] },
    {
      ...ts.sys,
      readDirectory: () => [],
      onUnRecoverableConfigFileDiagnostic({ messageText }) {
        throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
      },
    },
  );
  if (!read) throw new Error(`${path} cannot be read.`);
  return read.options;
}
