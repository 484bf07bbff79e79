import { perennialError } from '../../core/errors';
import { isSameFolder } from '../artifacts/same-folder';
import { type Db, withDb } from '../db';
import type { Environment } from '../environment';
import { findPreview, type PreviewRow } from './preview-row';

/** What of the environment says whether a process works for production or for a preview. */
export type Belonging = Pick<
  Environment,
  'databaseUrl' | 'temporalNamespace' | 'artifacts' | 'artifactsBase' | 'preview'
>;

/** What a process is told of where it works. */
export interface Belongs {
  /** What starts by itself (schedules, triggers, deadlines) is to start here. */
  readonly startsByItself: boolean;
}

/**
 * Makes sure before a process begins that its records, its namespace and its artifacts are all production's or all of one
 * preview: otherwise a preview's worker would take production's tasks, or write into its records.
 *
 * @throws PER_STACK_089 when they are not; connection errors as pg raises them
 */
export async function refuseMixed(environment: Belonging): Promise<Belongs> {
  return withDb(environment.databaseUrl, (db) => refuseMixedRecords(db, environment));
}

/**
 * The same of records that a process has a connection with: whoever begins while they are away asks it of the first one.
 *
 * @throws PER_STACK_089
 */
export async function refuseMixedRecords(db: Db, environment: Belonging): Promise<Belongs> {
  return judge(await findPreview(db), environment);
}

function judge(row: PreviewRow | null, environment: Belonging): Belongs {
  const { preview, temporalNamespace: namespace, artifacts, artifactsBase } = environment;
  const is = preview === null ? 'production' : `the preview '${preview}'`;
  if (row === null && preview === null) {
    if (artifactsBase === null) return { startsByItself: true };
    throw mixed('Production has one store of artifacts, but PERENNIAL_ARTIFACTS_BASE names another.');
  }
  if (row?.name !== preview) {
    const whose = row === null ? 'are not' : `are those of the preview '${row.name}'`;
    throw mixed(`This process is started for ${is}, but DATABASE_URL's records ${whose}.`);
  }
  if (row.namespace !== namespace) {
    throw mixed(`${capital(is)} runs in the namespace ${row.namespace}, but TEMPORAL_NAMESPACE is ${namespace}.`);
  }
  if (artifactsBase === null || isSameFolder(artifactsBase, artifacts)) {
    throw mixed(`${capital(is)} would write its artifacts into ${artifacts} and has no other store to read from.`);
  }
  return { startsByItself: row.with_schedules };
}

function mixed(detail: string): Error {
  return perennialError('PER_STACK_089', detail);
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
