import { z } from 'zod';
import type { CacheParts } from '../nodes/node-row';

/** The parts of a cache key whose digest says nothing by itself; what stands behind an input is the node's own record. */
export type KeyPartName = Exclude<keyof CacheParts, 'input'>;

/** What a step's code is made of. */
export const CodeDetail = z.object({
  /** The start of the digest of each file that the step's module reaches, by its path. */
  files: z.record(z.string(), z.string()),
  /** The version of each package that those files import, and of what these depend on. */
  packages: z.record(z.string(), z.string()),
  /** The engine's build, for the engine's own steps; null: a project's step. */
  build: z.string().nullable(),
  /** Why the files are all those of the project; null: they are those that the step's module reaches. */
  whole: z.string().nullable(),
});
export type CodeDetail = z.infer<typeof CodeDetail>;

/** What a worker's surroundings are made of: name to value. */
export const EnvironmentDetail = z.record(z.string(), z.string());
export type EnvironmentDetail = z.infer<typeof EnvironmentDetail>;

/** What stands behind a digest of {@link CacheParts}. */
export interface KeyPart {
  readonly digest: string;
  readonly part: KeyPartName;
  readonly detail: CodeDetail | EnvironmentDetail;
}
