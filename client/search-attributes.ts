import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common';

/** The engine's search attributes, all of type Keyword. They must be registered before anything starts. */
export const SEARCH_ATTRIBUTES = {
  pipeline: defineSearchAttributeKey('PerennialPipeline', SearchAttributeType.KEYWORD),
  model: defineSearchAttributeKey('PerennialModel', SearchAttributeType.KEYWORD),
  cause: defineSearchAttributeKey('PerennialCause', SearchAttributeType.KEYWORD),
  verdict: defineSearchAttributeKey('PerennialVerdict', SearchAttributeType.KEYWORD),
} as const;

/** Pairs for a start; what is absent is left out. */
export function searchAttributes(values: {
  readonly pipeline?: string | undefined;
  readonly model?: string | undefined;
  readonly cause?: string | undefined;
}): SearchAttributePair[] {
  const pairs: SearchAttributePair[] = [];
  if (values.pipeline !== undefined) pairs.push({ key: SEARCH_ATTRIBUTES.pipeline, value: values.pipeline });
  if (values.model !== undefined) pairs.push({ key: SEARCH_ATTRIBUTES.model, value: values.model });
  if (values.cause !== undefined) pairs.push({ key: SEARCH_ATTRIBUTES.cause, value: values.cause });
  return pairs;
}
