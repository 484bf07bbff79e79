import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { Quality } from '../../steps/evaluate';
import { type judge as contract, PREDICTION_COLUMNS as P, type MonitorSpec, type Verdict } from '../../steps/monitor';
import { ReferenceProfile } from '../../steps/train';
import { championOf } from '../../store/models/champion-of';
import { findModelVersion } from '../../store/models/find-model-version';
import type { ModelVersionRow } from '../../store/models/model-row';
import { withDuckdb, type Duckdb } from '../data/duckdb';
import { withScratch } from '../data/scratch';
import type { EngineContext } from '../run-step/context';
import type { Finding } from './findings';
import { judgeDrift } from './judge-drift';
import { judgeAgainstEarlier } from './judge-earlier';
import { judgeQuality } from './judge-quality';
import { errorsOf, judgeStream, readScores, type Watched } from './judge-stream';
import { readLabelled } from './labelled';
import { recordFinding } from './record-finding';

/** Judges one monitor on one window, once for each version that answered in it. */
export async function judge(
  { model, monitor, window, predictions, earlier }: z.output<typeof contract.input>,
  ctx: EngineContext,
): Promise<z.input<typeof contract.output>> {
  return withScratch(async (scratch) => {
    const path = await ctx.artifacts.pathOf(predictions);
    const before = earlier === undefined ? null : await ctx.artifacts.pathOf(earlier);
    const reads = before === null ? [path] : [path, before];
    return withDuckdb({ scratch, signal: ctx.signal, reads }, async (duck) => {
      const verdicts: Verdict[] = [];
      for (const version of await versionsToJudge(duck, ctx, model, path)) {
        ctx.progress({ doing: 'judging', monitor: monitor.name, version });
        const row = await versionRow(ctx, model, version);
        const finding = await find(duck, ctx, { path, earlier: before }, monitor, row);
        const from = earlier === undefined ? { predictions } : { predictions, earlier };
        const judged = { ...finding, evidence: { ...finding.evidence, ...from } };
        verdicts.push(await recordFinding(ctx, { model, monitor, version, window }, judged));
      }
      return { verdicts };
    });
  });
}

const Versions = z.object({ versions: z.array(z.int()) });

/** The versions that answered; in a window without any answer the champion, which had nothing to answer. */
async function versionsToJudge(duck: Duckdb, ctx: EngineContext, model: string, path: string): Promise<number[]> {
  const { versions } = await duck.row(
    Versions,
    `SELECT coalesce(list(DISTINCT ${P.version} ORDER BY ${P.version}), []) AS versions FROM read_parquet($path)`,
    { path },
  );
  if (versions.length > 0) return versions;
  const champion = await championOf(ctx.db, model);
  return champion === null ? [] : [champion.version];
}

/** The files that are read: the window, and what was before it where the node has it. */
interface Files {
  readonly path: string;
  readonly earlier: string | null;
}

async function find(
  duck: Duckdb,
  ctx: EngineContext,
  { path, earlier }: Files,
  monitor: MonitorSpec,
  row: ModelVersionRow,
): Promise<Finding> {
  const { model, version } = row;
  if (monitor.kind === 'drift') {
    const profile = await profileOf(ctx, row);
    if (monitor.reference !== 'earlier') return judgeDrift(duck, { path, version, spec: monitor, profile });
    if (earlier !== null) return judgeAgainstEarlier(duck, { path, earlier, version, spec: monitor, profile });
    throw perennialError(
      'PER_DATA_046',
      `Monitor '${monitor.name}' compares with earlier predictions; none were given.`,
    );
  }
  if (monitor.kind === 'stream') {
    const watch = async (file: string): Promise<Watched> =>
      monitor.of === 'scores'
        ? readScores(duck, file, version)
        : errorsOf(monitor.of, await readLabelled(duck, ctx.db, { path: file, model, version }));
    return judgeStream(monitor, earlier === null ? [] : (await watch(earlier)).values, await watch(path));
  }
  const labelled = await readLabelled(duck, ctx.db, { path, model, version });
  return judgeQuality(monitor, labelled, evaluationOf(row));
}

async function versionRow(ctx: EngineContext, model: string, version: number): Promise<ModelVersionRow> {
  const row = await findModelVersion(ctx.db, model, version);
  if (row) return row;
  throw perennialError('PER_DATA_014', `${model} has no version ${version}, yet predictions say that it answered.`);
}

async function profileOf(ctx: EngineContext, row: ModelVersionRow): Promise<ReferenceProfile> {
  const read = ReferenceProfile.safeParse(JSON.parse((await ctx.artifacts.read(row.reference)).toString('utf8')));
  if (read.success) return read.data;
  throw perennialError('PER_DATA_014', `The reference profile of ${row.model} v${row.version} is not readable.`, {
    cause: read.error,
  });
}

function evaluationOf(row: ModelVersionRow): Quality {
  const read = z.object({ candidate: Quality }).safeParse(row.evaluation);
  if (read.success) return read.data.candidate;
  throw perennialError('PER_DATA_014', `The evaluation of ${row.model} v${row.version} is not readable.`, {
    cause: read.error,
  });
}
