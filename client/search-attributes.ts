import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common';
import { SEARCH_ATTRIBUTE_NAMES } from '../core/plan/search-attributes';

/** The engine's search attributes, all of type Keyword. They must be registered before anything starts. */
export const SEARCH_ATTRIBUTES = {
  pipeline: defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.pipeline, SearchAttributeType.KEYWORD),
  model: defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.model, SearchAttributeType.KEYWORD),
  cause: defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.cause, SearchAttributeType.KEYWORD),
  verdict: defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.verdict, SearchAttributeType.KEYWORD),
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
