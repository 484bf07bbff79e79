import { z } from 'zod';
import { type DetectorSpec, type MonitorSpec, PREDICTION_COLUMNS as P } from '../../steps/monitor';
import type { Duckdb } from '../data/duckdb';
import { adwin, ddm, detectIn, type Detector, hddmA, pageHinkley } from './drift/detectors';
import { figure, type Finding, insufficient } from './findings';
import type { Labelled } from './labelled';

export type StreamSpec = Extract<MonitorSpec, { kind: 'stream' }>;

/** What a detector watches in one window: values in the order of events, of how many rows. */
export interface Watched {
  readonly values: readonly number[];
  /** Rows of the window, those without a label included. */
  readonly rows: number;
}

/** Positions that evidence tells at most. */
const TOLD = 20;

/**
 * Judges whether a detector fires within a window. It is new for each window and sees the earlier values first; where it
 * fires among those is the earlier windows' matter.
 */
export function judgeStream(spec: StreamSpec, earlier: readonly number[], { values, rows }: Watched): Finding {
  const coverage = rows === 0 ? 0 : values.length / rows;
  const asked = { of: spec.of, detector: spec.detector, minRows: spec.minRows, minCoverage: spec.minCoverage };
  const seen = { rows, watched: values.length, coverage: figure(coverage), earlier: earlier.length, asked };
  if (values.length < spec.minRows) return insufficient(`${values.length} rows to watch`, seen);
  if (coverage < spec.minCoverage) return insufficient(`labels for ${figure(coverage)} of the rows`, seen);
  const { drifts } = detectIn([...earlier, ...values], detectorOf(spec.detector));
  const within = drifts.map((place) => place - earlier.length).filter((place) => place >= 0);
  const mean = figure(values.reduce((sum, value) => sum + value, 0) / values.length);
  const evidence = { ...seen, mean, fired: within.length, firedAt: within.slice(0, TOLD) };
  return { outcome: within.length > 0 ? 'alarm' : 'ok', evidence };
}

function detectorOf(spec: DetectorSpec): Detector {
  switch (spec.name) {
    case 'adwin':
      return adwin({ delta: spec.delta });
    case 'ddm':
      return ddm();
    case 'hddm-a':
      return hddmA({ twoSided: spec.twoSided });
    case 'page-hinkley':
      return pageHinkley({ threshold: spec.threshold, mode: spec.mode });
  }
}

/** What is watched of labelled rows: whether the answer was wrong, or how far off the probability was. */
export function errorsOf(of: 'errors' | 'squared-errors', { labels, probabilities, rows }: Labelled): Watched {
  const values = Array.from(probabilities, (p, row) => {
    const label = labels[row] ?? 0;
    if (of === 'squared-errors') return (p - label) ** 2;
    return p >= 0.5 === (label === 1) ? 0 : 1;
  });
  return { values, rows };
}

const Score = z.object({ p: z.number() });

/** One version's scores in a compacted window, in the order of the file, which is that of events. */
export async function readScores(duck: Duckdb, path: string, version: number): Promise<Watched> {
  const sql = `SELECT ${P.probability} AS p FROM read_parquet($path) WHERE ${P.version} = $version`;
  const values: number[] = [];
  for await (const batch of duck.batches(Score, sql, { path, version })) values.push(...batch.map(({ p }) => p));
  return { values, rows: values.length };
}
