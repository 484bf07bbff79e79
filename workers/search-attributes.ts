import type { OperatorService } from '@temporalio/client';
import { perennialError } from '../core/errors';
import { SEARCH_ATTRIBUTE_NAMES } from '../core/plan/search-attributes';

/** What operators can search runs by in Temporal's UI. The embedded server registers them at boot. */
export const SEARCH_ATTRIBUTES = {
  [SEARCH_ATTRIBUTE_NAMES.pipeline]: 'Keyword',
  [SEARCH_ATTRIBUTE_NAMES.model]: 'Keyword',
  [SEARCH_ATTRIBUTE_NAMES.cause]: 'Keyword',
  [SEARCH_ATTRIBUTE_NAMES.verdict]: 'Keyword',
} as const;

/** Temporal's number for the type Keyword (temporal.api.enums.v1.IndexedValueType). */
const KEYWORD = 2;

/**
 * Registers the search attributes on a server that is not ours; those that exist are left alone.
 *
 * @returns the names that were missing
 * @throws PER_STACK_009 when the server cannot be reached.
 */
export async function ensureSearchAttributes(address: string, namespace: string): Promise<string[]> {
  return withOperator(address, async (operator) => {
    const { customAttributes } = await operator.listSearchAttributes({ namespace });
    const missing = Object.keys(SEARCH_ATTRIBUTES).filter((name) => !(name in customAttributes));
    if (missing.length > 0) {
      const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
      await operator.addSearchAttributes({ namespace, searchAttributes });
    }
    return missing;
  });
}

/**
 * The names of ours that a server lacks, and those that it has with another type, which it never gives up.
 *
 * @throws PER_STACK_009 when the server cannot be reached.
 */
export async function wrongSearchAttributes(
  address: string,
  namespace: string,
): Promise<{ missing: string[]; mistyped: string[] }> {
  return withOperator(address, async (operator) => {
    const { customAttributes } = await operator.listSearchAttributes({ namespace });
    const names = Object.keys(SEARCH_ATTRIBUTES);
    return {
      missing: names.filter((name) => !(name in customAttributes)),
      mistyped: names.filter((name) => name in customAttributes && Number(customAttributes[name]) !== KEYWORD),
    };
  });
}

async function withOperator<T>(address: string, work: (operator: OperatorService) => Promise<T>): Promise<T> {
  // Loaded here only: the supervisor of an embedded stack needs no client.
  const { Connection } = await import('@temporalio/client');
  const connection = await Connection.connect({ address, connectTimeout: 5_000 }).catch((error: unknown) => {
    throw perennialError('PER_STACK_009', `No Temporal answers at ${address}.`, { cause: error });
  });
  try {
    return await work(connection.operatorService);
  } finally {
    await connection.close();
  }
}
