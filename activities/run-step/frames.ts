import { isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A place in the code, as a stack names it. */
export interface Frame {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The frames of a stack, the innermost first. */
export function framesOf(stack: string): Frame[] {
  // A message may have lines of its own; a frame's line ends with its place.
  return stack.split('\n').flatMap((text) => {
    const [, at, line, column] = /^\s+at (?:async )?(?:.*\()?(.+?):(\d+):(\d+)\)?$/.exec(text) ?? [];
    const file = at === undefined ? null : pathOf(at);
    return file === null ? [] : [{ file, line: Number(line), column: Number(column) }];
  });
}

/** A file of a project's own as it is called from the project's folder; null for packages, Node and the engine itself. */
export function ownPath(root: string, file: string): string | null {
  const path = relative(root, file);
  if (path === '' || path.startsWith('..') || isAbsolute(path) || !isOwn(path, file)) return null;
  return path.split(sep).join('/');
}

/**
 * The innermost line of a project's own code in a stack, like `pipelines/churn/steps.cpu.ts:12`; null: there is none. A
 * path and a line, nothing of what was said.
 *
 * @param message what the stack begins with: lines of it are no frames
 */
export function lineIn(stack: string, message: string, root: string): string | null {
  const after = stack.indexOf(message) + message.length;
  for (const { file, line } of framesOf(stack.slice(stack.includes(message) ? after : 0))) {
    const path = ownPath(root, file);
    if (path !== null) return `${path}:${line}`;
  }
  return null;
}

/** null: a URL of no file here, as anything may stand in a stack. */
function pathOf(at: string): string | null {
  if (!at.startsWith('file://')) return at;
  try {
    return fileURLToPath(at);
  } catch {
    return null;
  }
}

const HERE = join(__dirname, '..', '..');
/** The engine's own folder: from the sources, and from dist. */
const ENGINE = HERE.endsWith('dist') ? join(HERE, '..') : HERE;

/** Neither a package nor the engine itself, which is bundled where a project imports its sources. */
function isOwn(path: string, file: string): boolean {
  if (path.split(sep).includes('node_modules')) return false;
  const [room = ''] = relative(ENGINE, file).split(sep);
  return !['core', 'steps', 'dist', 'workers', 'activities', 'store'].includes(room);
}
