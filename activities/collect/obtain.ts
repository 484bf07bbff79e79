import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { canonicalJson } from '../../core/plan/json';
import type { Columns } from '../../steps/collect';
import type { Source } from '../../steps/sources';
import type { Window } from '../../steps/types';
import type { CollectedFile } from '../../store/collections';
import type { EngineContext } from '../run-step/context';
import { findSource, type FoundSource } from './find-source';
import { obtainHttp } from './http/obtain-http';
import { obtainPostgres } from './postgres/obtain-postgres';
import { obtainS3 } from './s3/obtain-s3';

/** What obtaining a source takes. */
export interface Obtaining {
  readonly ctx: EngineContext;
  readonly scratch: string;
  readonly project: string;
  /** Hosts inside the network that may be asked. */
  readonly hosts: readonly string[];
  readonly sourceKey: string;
  readonly wanted: Wanted;
}

/** Which rows are wanted: what only a source that can be asked for some of its rows makes use of. */
export interface Wanted {
  readonly columns: Columns;
  readonly time: string;
  readonly window: Window;
  readonly after?: string;
}

/** A source whose files lie on this machine now. */
export interface Obtained {
  readonly found: FoundSource;
  /** What is recorded of them. */
  readonly files: readonly CollectedFile[];
}

/** Names a source as it was declared: what is fetched again, and what is new, is asked of the same one. */
export function keyOf(source: Source): string {
  return createHash('sha256')
    .update(canonicalJson(z.json().parse(JSON.parse(JSON.stringify(source)))))
    .digest('hex');
}

/** Brings a source's files to this machine, where they are not there already. */
export async function obtain(source: Source, obtaining: Obtaining): Promise<Obtained> {
  if (source.kind === 'postgres') return obtainPostgres(source, obtaining);
  if (source.kind === 'http') return obtainHttp(source, obtaining);
  if (source.kind === 's3') return obtainS3(source, obtaining);
  const found = await findSource(source, obtaining.project);
  const files = await Promise.all(
    found.files.map(async ({ name, path }) => ({ name, bytes: (await stat(path)).size, sha256: null, etag: null })),
  );
  return { found, files };
}
