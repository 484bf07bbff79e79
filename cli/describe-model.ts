import { z } from 'zod';

/** What a served model takes, as far as hints about rows need it. */
const ModelInputs = z.object({ inputs: z.array(z.object({ name: z.string() })), eventTime: z.string().nullable() });
export type ModelInputs = z.infer<typeof ModelInputs>;

const WITHIN_MS = 5_000;

/**
 * What a model takes, from `GET /v1/models/:name`; null when serving does not say within five seconds. It feeds hints
 * about an answer that is there already, so nothing that goes wrong here is an error.
 */
export async function describeModel(
  target: { readonly url: string; readonly token: string | null },
  model: string,
): Promise<ModelInputs | null> {
  const headers = target.token === null ? {} : { authorization: `Bearer ${target.token}` };
  try {
    const url = new URL(`/v1/models/${encodeURIComponent(model)}`, target.url);
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(WITHIN_MS) });
    return ModelInputs.parse(await response.json());
  } catch {
    return null;
  }
}
