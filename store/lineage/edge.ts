/** Where an artifact came from. `parent` is an artifact's digest, or the name of a source outside the store. */
export interface Edge {
  readonly child: string;
  readonly parent: string;
  /** What the parent was to the child: `source`, `rows-of`, `predictions`. */
  readonly relation: string;
  readonly run: string;
  readonly address: string;
}
