import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Frame, framesOf, ownPath } from '../../activities/run-step/frames';

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
    const path = ownPath(root, file);
    if (path !== null) return `${path}:${line}:${column}`;
  }
  return null;
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
