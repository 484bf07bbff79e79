import { InferenceSession, Tensor } from 'onnxruntime-node';
import { perennialError } from '../../core/errors';
import type { RawRows, RawValues } from '../train/features/read-raw';

/** ONNX Runtime's execution providers that scoring may ask for. */
export type Provider = 'cuda' | 'cpu';

/** Rows laid out for ONNX Runtime once, for as many models as score them: tensors by column, part by part. */
export interface InputBatch {
  readonly rows: number;
  readonly parts: readonly { readonly rows: number; readonly tensors: ReadonlyMap<string, Tensor> }[];
}

/** A loaded model. */
export interface Scorer {
  /** What the session was opened with. With CUDA, ONNX Runtime still runs what it has no kernel for on the CPU. */
  readonly provider: Provider;
  /** Why not the provider that was asked for first; '' when it was had. */
  readonly note: string;
  /** Probability by row. Where several models score the same rows, lay them out once ({@link layOutRows}). @throws PER_MODEL_010 */
  score(rows: RawRows | InputBatch): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Most rows of one run. Times by row were alike from 1,024 to 8,192 rows a run. */
const BATCH_ROWS = 8_192;

/**
 * Loads a model with the first provider that can be had. The Node binding refuses a session when any provider of a
 * list is missing, so they are tried one at a time and the reason of each refusal is kept.
 *
 * `run` blocks its thread and cannot be cancelled: use it in a process that may end.
 *
 * @throws PER_MODEL_010 when no provider can load it.
 */
export async function openScorer(model: Uint8Array, providers: readonly Provider[], threads: number): Promise<Scorer> {
  const refusals: string[] = [];
  for (const provider of providers) {
    try {
      const session = await InferenceSession.create(model, {
        executionProviders: [provider],
        intraOpNumThreads: threads,
        // Threads that wait for work sleep: waiting in a loop took half as much again of the CPU.
        extra: { session: { intra_op: { allow_spinning: '0' } } },
        // Errors only: a missing CUDA library is reported in the note instead.
        logSeverityLevel: 3,
      });
      return scorer(session, provider, refusals.join(' '));
    } catch (cause) {
      const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
      refusals.push(`${provider} could not be had: ${reason.trim().replace(/\.$/, '')}.`);
    }
  }
  throw perennialError('PER_MODEL_010', refusals.join(' '));
}

function scorer(session: InferenceSession, provider: Provider, note: string): Scorer {
  return {
    provider,
    note,
    release: () => session.release(),
    async score(rows) {
      const batch = 'parts' in rows ? rows : layOutRows(rows);
      const probabilities = new Float32Array(batch.rows);
      let first = 0;
      for (const part of batch.parts) {
        probabilities.set(await scorePart(session, part), first);
        first += part.rows;
      }
      return probabilities;
    },
  };
}

/** Lays rows out for ONNX Runtime, in parts of at most 8,192. The tensors read from the rows' own memory. */
export function layOutRows(raw: RawRows): InputBatch {
  const parts: InputBatch['parts'][number][] = [];
  for (let first = 0; first < raw.rows; first += BATCH_ROWS) {
    const last = Math.min(raw.rows, first + BATCH_ROWS);
    const tensors = [...raw.columns].map(([name, values]): [string, Tensor] => [name, tensor(values, first, last)]);
    parts.push({ rows: last - first, tensors: new Map(tensors) });
  }
  return { rows: raw.rows, parts };
}

async function scorePart(
  session: InferenceSession,
  { rows, tensors }: InputBatch['parts'][number],
): Promise<Float32Array> {
  const feeds = Object.fromEntries(
    session.inputNames.map((name) => {
      const found = tensors.get(name);
      if (!found) throw perennialError('PER_MODEL_010', `The model asks for '${name}', which the rows do not have.`);
      return [name, found];
    }),
  );
  const { probability } = await session.run(feeds, ['probability']).catch((cause: unknown) => {
    throw perennialError('PER_MODEL_010', 'ONNX Runtime could not score a batch.', { cause });
  });
  const data = probability?.data;
  if (!(data instanceof Float32Array) || data.length !== rows) {
    throw perennialError('PER_MODEL_010', "The model's output 'probability' is not one float32 a row.");
  }
  return data;
}

function tensor(values: RawValues, first: number, last: number): Tensor {
  const dims = [last - first, 1];
  if (values instanceof Float32Array) return new Tensor('float32', values.subarray(first, last), dims);
  if (values instanceof BigInt64Array) return new Tensor('int64', values.subarray(first, last), dims);
  return new Tensor('string', values.slice(first, last), dims);
}
