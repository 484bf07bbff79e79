/** What operators can search workflows by in Temporal's UI: the names, all of the type Keyword. The only place they stand in. */
export const SEARCH_ATTRIBUTE_NAMES = {
  /** On a run: its pipeline. */
  pipeline: 'PerennialPipeline',
  /** On a run, a keeper, a report: the model it is for. */
  model: 'PerennialModel',
  /** On a retrain: the kind of its cause. */
  cause: 'PerennialCause',
  /** On a keeper: what the newest cause that a monitor reported said. */
  verdict: 'PerennialVerdict',
} as const;
