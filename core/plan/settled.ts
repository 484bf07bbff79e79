/** What became of one item of a map that tolerates failures. */
export type Settled<T> =
  | { readonly status: 'completed'; readonly value: T; readonly error: null }
  | { readonly status: 'failed'; readonly value: null; readonly error: ItemError };

/** Why an item failed: a stable code or the name of the error's class, and its message. */
export interface ItemError {
  readonly type: string;
  readonly message: string;
}
