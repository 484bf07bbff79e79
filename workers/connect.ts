import { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import { MARK } from '../client/preview/namespace';
import { isPerennialError, perennialError } from '../core/errors';
import { type Belonging, type Belongs, refuseMixed } from '../store/previews/refuse-mixed';

/** How long a server may be away when a worker starts: a deployment starts both at once, in any order. */
const PATIENCE = 120_000;

/**
 * Connects a worker to Temporal, trying again with growing pauses.
 *
 * @throws PER_STACK_009 after two minutes without an answer
 */
export async function connectWorker(address: string, log: Logger, patience = PATIENCE): Promise<NativeConnection> {
  const end = Date.now() + patience;
  for (let pause = 100; ; pause = Math.min(5_000, pause * 2)) {
    try {
      return await NativeConnection.connect({ address });
    } catch (error) {
      if (Date.now() + pause > end) {
        throw perennialError('PER_STACK_009', `No Temporal answered at ${address} for ${patience / 1_000} s.`, {
          cause: error,
        });
      }
      log.warn({ address, again_in_ms: pause }, 'Temporal does not answer yet');
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/**
 * Reads whether this process works for production or for a preview, trying again with growing pauses while the records do
 * not answer.
 *
 * @throws PER_STACK_089 when its records, namespace and artifacts do not belong together, PER_STACK_010 after two minutes
 * without an answer
 */
export async function readBelonging(environment: Belonging, log: Logger, patience = PATIENCE): Promise<Belongs> {
  const end = Date.now() + patience;
  for (let pause = 100; ; pause = Math.min(5_000, pause * 2)) {
    try {
      return await refuseMixed(environment);
    } catch (error) {
      if (isPerennialError(error)) throw error;
      if (Date.now() + pause > end) {
        const { host } = new URL(environment.databaseUrl);
        throw perennialError('PER_STACK_010', `Postgres at ${host} did not answer for ${patience / 1_000} s.`, {
          cause: error,
        });
      }
      log.warn({ err: error, again_in_ms: pause }, 'the records do not answer yet');
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/**
 * Refuses production's worker in the namespace of a preview, where it would put what the preview runs into production's records.
 * A server that tells nothing of its namespaces is believed.
 *
 * @throws PER_STACK_089
 */
export async function refusePreviewNamespace(
  { workflowService }: Pick<NativeConnection, 'workflowService'>,
  { temporalNamespace: namespace, preview }: Pick<Belonging, 'temporalNamespace' | 'preview'>,
): Promise<void> {
  if (preview !== null) return;
  const described = await workflowService.describeNamespace({ namespace }).catch(() => null);
  const whose = described?.namespaceInfo?.data?.[MARK];
  if (whose === undefined) return;
  throw perennialError(
    'PER_STACK_089',
    `This process is started for production, but TEMPORAL_NAMESPACE is that of the preview '${whose}'.`,
  );
}
