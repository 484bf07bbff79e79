/** How a run ends by itself. */
export type EndStatus = 'completed' | 'failed' | 'cancelled' | 'rejected';

/** How a run ends, as its final bodies read it. */
export interface RunEnd {
  readonly status: EndStatus;
  /** Address of the first node that failed. */
  readonly node: string | null;
  /** Its error's code, or the name of the error's class. */
  readonly type: string | null;
  readonly message: string | null;
}
