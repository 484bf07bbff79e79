import type { Pool } from 'pg';
import type { Model } from '../../core';
import { perennialError } from '../../core/errors';
import type { EngineObserver } from '../observe';

/** What the keeper's activities need of the worker that they run in. */
export interface KeepDependencies {
  readonly db: Pool;
  readonly project: { readonly models: readonly Model[] };
  /** Absent: nobody hears of decisions. */
  readonly observer?: Pick<EngineObserver, 'decided'>;
}

/**
 * The definition of a model.
 *
 * @throws PER_KEEP_001 naming those that exist
 */
export function findModel({ project }: KeepDependencies, name: string): Model {
  const found = project.models.find((model) => model.name === name);
  if (found) return found;
  const known = project.models.map((model) => model.name).join(', ') || 'none';
  throw perennialError('PER_KEEP_001', `The project has no model '${name}' (known: ${known}).`);
}
