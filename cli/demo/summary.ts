import { z } from 'zod';
import type { Pool } from 'pg';
import type { Json } from '../../core/plan/json';
import { Quality, Window } from '../../steps';
import { sumArtifacts } from '../../store/artifacts/sum-artifacts';
import { listDecisions } from '../../store/keeper/list-decisions';
import { listModelVersions } from '../../store/models/list-model-versions';
import { modelHistory } from '../../store/models/model-history';
import { sumRuns } from '../../store/runs/sum-runs';
import { listVerdicts } from '../../store/verdicts';
import type { PlayedWindow } from './play';

const Comparison = z.array(z.object({ window: Window, alone: Quality, kept: Quality }));

/** A window of the replay: how the first version alone would have done, how the kept one did, and what fired. */
export interface WindowLine {
  readonly window: Window;
  readonly rows: number;
  readonly fraction: number;
  readonly versions: readonly number[];
  readonly alone: Quality;
  readonly kept: Quality;
  readonly alarms: readonly string[];
}

/** Everything the demo has to say at its end. With --json this is what is printed. */
export interface DemoSummary {
  readonly seconds: number;
  readonly state: string;
  readonly temporalUi: string | null;
  readonly serving: string | null;
  readonly kept: boolean;
  readonly provider: { readonly name: string; readonly note: string };
  readonly runs: Awaited<ReturnType<typeof sumRuns>>;
  readonly versions: readonly {
    version: number;
    trainer: string;
    trainedFrom: string;
    trainedTo: string;
    eventTime: string;
  }[];
  readonly promotions: readonly {
    seq: number;
    version: number;
    previous: number | null;
    eventTime: string;
    reason: string;
  }[];
  readonly decisions: readonly {
    action: string;
    rule: string;
    cause: string | null;
    eventTime: string;
    version: number | null;
    reason: string;
  }[];
  readonly windows: readonly WindowLine[];
  readonly means: { readonly alone: Means; readonly kept: Means };
  readonly artifacts: Awaited<ReturnType<typeof sumArtifacts>>;
}

/** Row-weighted means over all windows. ROC-AUC is left out of a window that has one class only. */
export interface Means {
  readonly logLoss: number;
  readonly rocAuc: number;
  readonly calibrationError: number;
}

/** The parts of the summary that the records hold. */
export async function summarise(
  db: Pool,
  model: string,
  played: readonly PlayedWindow[],
  comparison: Json,
): Promise<
  Pick<DemoSummary, 'runs' | 'versions' | 'promotions' | 'decisions' | 'windows' | 'means' | 'artifacts' | 'provider'>
> {
  const versions = await listModelVersions(db, model, { limit: 1_000 });
  const promotions = await modelHistory(db, model, { limit: 1_000 });
  const decisions = await listDecisions(db, model, { limit: 1_000 });
  const verdicts = await listVerdicts(db, model, { limit: 1_000 });
  const fired = verdicts.filter((verdict) => verdict.outcome === 'alarm');
  const windows = Comparison.parse(comparison).map((line, i): WindowLine => {
    const { rows = 0, fraction = 0, versions: answered = [] } = played[i] ?? {};
    const alarms = fired.filter((v) => v.from === line.window.from).map((v) => v.monitor);
    return { ...line, rows, fraction, versions: answered, alarms: [...new Set(alarms)] };
  });
  const scored = z.object({ provider: z.string(), providerNote: z.string() }).parse(versions[0]?.evaluation);
  return {
    runs: await sumRuns(db),
    versions: versions.reverse().map((v) => ({
      version: v.version,
      trainer: v.trainer,
      trainedFrom: v.trained_from,
      trainedTo: v.trained_to,
      eventTime: v.event_time,
    })),
    promotions: promotions.reverse().map(({ seq, version, previous, event_time, reason }) => ({
      seq,
      version,
      previous,
      eventTime: event_time,
      reason,
    })),
    decisions: decisions.reverse().map(({ action, rule, cause, eventTime, version, reason }) => ({
      action,
      rule,
      cause: cause?.kind ?? null,
      eventTime,
      version,
      reason,
    })),
    windows,
    means: { alone: means(windows.map((w) => w.alone)), kept: means(windows.map((w) => w.kept)) },
    artifacts: await sumArtifacts(db),
    provider: { name: scored.provider, note: scored.providerNote },
  };
}

function means(list: readonly Quality[]): Means {
  const withBoth = list.filter((q) => q.rocAuc !== null);
  return {
    logLoss: weighted(list, (q) => q.logLoss),
    rocAuc: weighted(withBoth, (q) => q.rocAuc ?? 0),
    calibrationError: weighted(list, (q) => q.calibrationError),
  };
}

function weighted(list: readonly Quality[], of: (q: Quality) => number): number {
  const rows = list.reduce((sum, q) => sum + q.rows, 0);
  return rows === 0 ? Number.NaN : list.reduce((sum, q) => sum + of(q) * q.rows, 0) / rows;
}
