import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { packageRoot } from '../package-root';

/** Where a project's code lies: as it was written, and as it was bundled. */
export interface BundledProject {
  readonly root: string;
  /** The bundle, which ends with its source map. */
  readonly bundle: string;
}

/** Deep enough for the frame of a graph's callback below those of the engine that trace it. */
const FRAMES = 100;

/**
 * Does something that may throw, and keeps more frames of what it throws than Node does by itself.
 *
 * @returns what `work` returns
 */
export function withDeepTraces<T>(work: () => T): T {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = before;
  }
}

/**
 * The innermost line of a project's own code that an error passed through, like `pipelines/churn.ts:12:5` from the
 * project's folder. Null: none of its frames is of the project.
 */
export function thrownAt(error: unknown, { root, bundle }: BundledProject): string | null {
  if (!(error instanceof Error) || error.stack === undefined) return null;
  const frames = framesOf(error.stack);
  const map = frames.some(({ file }) => file === bundle) ? sourceMapOf(bundle) : null;
  for (const frame of frames) {
    const { file, line, column } = frame.file === bundle && map ? original(map, frame) : frame;
    const path = relative(root, file);
    if (path === '' || path.startsWith('..') || isAbsolute(path) || !isOwn(path, file)) continue;
    return `${path.split(sep).join('/')}:${line}:${column}`;
  }
  return null;
}

interface Frame {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

function framesOf(stack: string): Frame[] {
  // A message may have lines of its own; a frame's line ends with its place.
  return stack.split('\n').flatMap((text) => {
    const [, at, line, column] = /^\s+at (?:.*\()?(.+?):(\d+):(\d+)\)?$/.exec(text) ?? [];
    if (at === undefined) return [];
    return [{ file: pathOf(at), line: Number(line), column: Number(column) }];
  });
}

function pathOf(at: string): string {
  return at.startsWith('file://') ? fileURLToPath(at) : at;
}

/** Neither a package nor the engine itself, which is bundled where a project imports its sources. */
function isOwn(path: string, file: string): boolean {
  if (path.split(sep).includes('node_modules')) return false;
  const [room = ''] = relative(packageRoot(), file).split(sep);
  return !['core', 'steps', 'dist', 'workers'].includes(room);
}

const Entry = z.object({ originalSource: z.string(), originalLine: z.int(), originalColumn: z.int() });

function original(map: SourceMap, frame: Frame): Frame {
  const entry = Entry.safeParse(map.findEntry(frame.line - 1, frame.column - 1));
  if (!entry.success || !entry.data.originalSource.startsWith('file://')) return frame;
  const { originalSource, originalLine, originalColumn } = entry.data;
  return { file: fileURLToPath(originalSource), line: originalLine + 1, column: originalColumn + 1 };
}

const Payload = z.object({
  file: z.string().default(''),
  version: z.int(),
  sources: z.array(z.string()),
  sourcesContent: z.array(z.string()).default([]),
  names: z.array(z.string()),
  mappings: z.string(),
  sourceRoot: z.string().default(''),
});

function sourceMapOf(bundle: string): SourceMap | null {
  const [, base64] =
    /sourceMappingURL=data:application\/json;base64,(\S+)\s*$/.exec(readFileSync(bundle, 'utf8')) ?? [];
  if (base64 === undefined) return null;
  const payload = Payload.safeParse(JSON.parse(Buffer.from(base64, 'base64').toString()));
  return payload.success ? new SourceMap(payload.data) : null;
}
