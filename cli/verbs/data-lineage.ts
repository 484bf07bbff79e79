import type { Command } from 'commander';
import type { Pool } from 'pg';
import { isPerennialError } from '../../core/errors';
import { artifactNamed } from '../../store/datasets';
import { walkLineage } from '../../store/lineage';
import { listModelVersions } from '../../store/models/list-model-versions';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { type LineageView, lineageText } from '../views/lineage-view';
import { readVersion, versionOf } from './model';

/** `perennial data lineage <digest>`, or of a model's version: what it was made from, and what was made from it. */
export function registerDataLineage(data: Command): void {
  verb(data, 'lineage <of> [version]', 'what a data set or a model was made from, and what was made from it, as trees')
    .addHelpText(
      'after',
      `
Of a digest, or its beginning, or of a model: its version, and without a number its champion.
Examples:
  perennial data lineage 3fa9c1
  perennial data lineage flight-delays 2
  perennial data lineage flight-delays --json`,
    )
    .action(
      act(async (frame) => {
        const flags = frame.options(CommonOptions);
        const [of, version] = [frame.argument(0), versionOf(frame.args[1])];
        const view = await withRecords(flags, async (db) => readLineage(db, await startOf(db, of, version)));
        frame.result(view, lineageText);
        return undefined;
      }),
    );
}

interface Start {
  readonly digest: string;
  readonly of: string;
}

/** A model goes by its name even where that could begin a digest. */
async function startOf(db: Pool, of: string, version: number | undefined): Promise<Start> {
  if (version !== undefined || (await listModelVersions(db, of, { limit: 1 })).length > 0) {
    const { version: found } = await readVersion(db, of, version);
    return { digest: found.artifact, of: `${found.model} v${found.version}` };
  }
  try {
    const digest = await artifactNamed(db, of);
    return { digest, of: digest };
  } catch (error) {
    // A word that cannot be a digest was meant as a model.
    if (isPerennialError(error) && error.code === 'PER_DATA_070' && !/^[0-9a-f]+$/i.test(of))
      await readVersion(db, of, version);
    throw error;
  }
}

async function readLineage(db: Pool, { digest, of }: Start): Promise<LineageView> {
  const [up, down] = [await walkLineage(db, [digest], 'up'), await walkLineage(db, [digest], 'down')];
  const known = new Map([...up.known, ...down.known].map((each) => [each.digest, each]));
  return {
    of,
    digest,
    up: up.edges,
    down: down.edges,
    known: [...known.values()],
    cut: up.cut || down.cut,
  };
}
