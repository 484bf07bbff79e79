import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { Flight } from './flights';

const ROWS_A_REQUEST = 1_000;
const LABELS_A_REQUEST = 5_000;

const Answer = z.object({
  version: z.int(),
  logged: z.boolean(),
  predictions: z.array(z.object({ id: z.string(), probability: z.number() })),
});
const Receipt = z.object({ accepted: z.int(), duplicate: z.int(), conflicting: z.array(z.string()) });

/** The prediction API as a caller of it sees it. */
export interface Api {
  readonly url: string;
  readonly model: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A prediction's id and what became of the flight. */
export interface Outcome {
  readonly id: string;
  readonly label: 0 | 1;
}

/** Asks for a prediction of every flight, 1,000 rows a request. @returns the outcomes to report when labels arrive */
export async function askFor(
  api: Api,
  flights: readonly Flight[],
): Promise<{ outcomes: Outcome[]; versions: number[] }> {
  const outcomes: Outcome[] = [];
  const versions = new Set<number>();
  for (const part of chunks(flights, ROWS_A_REQUEST)) {
    const rows = part.map(({ date, distance, origin, destination }) => ({ date, distance, origin, destination }));
    const answer = Answer.parse(await post(api, `/v1/models/${api.model}/predict`, { rows }));
    versions.add(answer.version);
    answer.predictions.forEach(({ id }, i) => outcomes.push({ id, label: part[i]?.late ?? 0 }));
  }
  return { outcomes, versions: [...versions].sort((a, b) => a - b) };
}

/** Reports what became of earlier predictions. @returns how many were accepted */
export async function reportLabels(api: Api, outcomes: readonly Outcome[]): Promise<number> {
  let accepted = 0;
  for (const labels of chunks(outcomes, LABELS_A_REQUEST)) {
    accepted += Receipt.parse(await post(api, `/v1/models/${api.model}/labels`, { labels })).accepted;
  }
  return accepted;
}

/** Closes the open segments of the prediction log, so that a window can be judged at once. */
export async function closeSegments(api: Api): Promise<void> {
  await post(api, '/v1/admin/flush', {});
}

async function post(api: Api, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(api.url + path, {
    method: 'POST',
    headers: { ...api.headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw perennialError('PER_SERVE_020', `POST ${path} answered ${response.status}: ${text}.`);
  return JSON.parse(text);
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}
