import type { z } from 'zod';
import type { StepContext } from '../../core/define/context';
import type { evaluate } from '../../steps/evaluate';
import { signatureOf } from '../../steps/features';
import { withParquet } from '../train/features/parquet';
import { readRawBatches } from '../train/features/read-raw';
import { judgeCandidate } from './gate';
import { measureQuality, pairedDifference } from './metrics';
import { layOutRows, openScorer, type Provider, type Scorer } from './score';

type EvaluateInput = z.output<typeof evaluate.input>;
type EvaluateResult = z.input<typeof evaluate.output>;

const PROVIDERS: readonly Provider[] = ['cuda', 'cpu'];
const THREADS = 2;

/**
 * Scores candidate, baseline and champion on the labelled rows of a data set and judges the candidate.
 *
 * @throws PER_MODEL_001, PER_MODEL_005, PER_MODEL_008 for the data set, PER_MODEL_010 for a model, PER_MODEL_011
 * without a labelled row.
 */
export async function evaluateModels(input: EvaluateInput, context: StepContext): Promise<EvaluateResult> {
  const candidate = await open(input.candidate, context, PROVIDERS);
  // What the candidate could not have, the others are spared from trying.
  const had = PROVIDERS.slice(PROVIDERS.indexOf(candidate.provider));
  const baseline = await open(input.baseline, context, had);
  const champion = input.champion === null ? null : await open(input.champion, context, had);
  context.log.info({ provider: candidate.provider, note: candidate.note }, 'models loaded');
  const scored = await scoreAll(input, context, [candidate, baseline, ...(champion ? [champion] : [])]);
  const [ofCandidate, ofBaseline, ofChampion] = scored.probabilities;
  if (!ofCandidate || !ofBaseline) throw new TypeError('two models give two sets of probabilities');
  const { labels } = scored;
  const quality = measureQuality(labels, ofCandidate);
  const versusBaseline = pairedDifference(labels, ofCandidate, ofBaseline);
  const versusChampion = ofChampion ? pairedDifference(labels, ofCandidate, ofChampion) : null;
  return {
    candidate: quality,
    baseline: measureQuality(labels, ofBaseline),
    champion: ofChampion ? measureQuality(labels, ofChampion) : null,
    versusBaseline,
    versusChampion,
    ...judgeCandidate(versusBaseline, versusChampion),
    provider: candidate.provider,
    providerNote: candidate.note,
  };
}

async function open(digest: string, context: StepContext, providers: readonly Provider[]): Promise<Scorer> {
  return openScorer(await context.artifacts.read(digest), providers, THREADS);
}

/** Probabilities of each model on the same rows, with the rows' labels. Releases the models. */
async function scoreAll({ dataset, features, label }: EvaluateInput, context: StepContext, scorers: readonly Scorer[]) {
  const path = await context.artifacts.pathOf(dataset);
  const labels: Uint8Array[] = [];
  const parts: Float32Array[][] = scorers.map(() => []);
  await withParquet(path, THREADS, (file) =>
    readRawBatches(file, signatureOf(features), { label, every: 1 }, async (batch) => {
      context.signal.throwIfAborted();
      labels.push(batch.labels);
      // One model after another on the same tensors.
      const laidOut = layOutRows(batch);
      for (const [k, scorer] of scorers.entries()) parts[k]?.push(await scorer.score(laidOut));
      context.progress({ rows: labels.reduce((sum, part) => sum + part.length, 0) });
    }),
  );
  await Promise.all(scorers.map((scorer) => scorer.release()));
  const rows = labels.reduce((sum, part) => sum + part.length, 0);
  return {
    labels: joined(labels, new Uint8Array(rows)),
    probabilities: parts.map((p) => joined(p, new Float32Array(rows))),
  };
}

function joined<A extends Uint8Array | Float32Array>(parts: readonly A[], into: A): A {
  let first = 0;
  for (const part of parts) {
    into.set(part, first);
    first += part.length;
  }
  return into;
}
