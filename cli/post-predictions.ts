import { z } from 'zod';
import { ERRORS, PerennialError, perennialError } from '../core/errors';
import type { PredictionRow } from './arguments/prediction-rows';

/** What the prediction API answers. */
export const PredictionAnswer = z.looseObject({
  model: z.string(),
  version: z.number(),
  logged: z.boolean(),
  predictions: z.array(z.looseObject({ id: z.string(), probability: z.number() })),
});
export type PredictionAnswer = z.infer<typeof PredictionAnswer>;

const Refusal = z.object({ error: z.looseObject({ code: z.string(), message: z.string() }) });
const codes = new Map(Object.entries(ERRORS));

/**
 * Sends rows to `POST /v1/models/:name/predict`.
 *
 * @throws the API's own error, by its code; PER_STACK_016 when serving does not answer
 */
export async function postPredictions(
  target: { readonly url: string; readonly token: string | null },
  model: string,
  rows: readonly PredictionRow[],
): Promise<PredictionAnswer> {
  const response = await post(new URL(`/v1/models/${encodeURIComponent(model)}/predict`, target.url), target.token, {
    rows,
  });
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return PredictionAnswer.parse(body);
  const refusal = Refusal.safeParse(body);
  const row = refusal.success ? codes.get(refusal.data.error.code) : undefined;
  if (!refusal.success || row === undefined) {
    throw perennialError('PER_SERVE_020', `${target.url} answered ${response.status} ${response.statusText}.`);
  }
  throw restored(refusal.data.error.code, row, refusal.data.error.message);
}

async function post(url: URL, token: string | null, body: unknown): Promise<Response> {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
  } catch (cause) {
    throw perennialError('PER_STACK_008', `Serving at ${url.origin} does not answer.`, { cause });
  }
}

/** The server's message carries its code and its fix already; the class would put both on a second time. */
function restored(code: string, row: (typeof ERRORS)[keyof typeof ERRORS], message: string): PerennialError {
  const detail = message.replace(`[${code}] `, '').replace(row.fix, '').trim();
  return new PerennialError(code, row, detail);
}
