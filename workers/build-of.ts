import type { Environment } from '../store/environment';

/** Of a digest: enough to tell builds apart, short enough to be read. */
const SHOWN = 12;

/**
 * The build that a worker is of: what it was called by whoever deploys it, or `<engine>-<project>` by the digests of what it
 * is made of. Where runs are not pinned it is the engine's digest alone: the project may change under a running stack.
 *
 * @example
 * buildOf({ engine, build: null, versioning: 'pinned' }, project); // '3f9a1c0b2d4e-77aa01bc92fe'
 */
export function buildOf(
  { engine, build, versioning }: Pick<Environment, 'engine' | 'build' | 'versioning'>,
  project: { readonly digest: string },
): string {
  if (build !== null) return build;
  return versioning === 'off' ? engine : `${engine.slice(0, SHOWN)}-${project.digest.slice(0, SHOWN)}`;
}
