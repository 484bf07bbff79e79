/** What is done at a moment; a promise is waited for before the clock goes on. */
type Action = () => void | Promise<void>;

interface Entry {
  readonly at: number;
  readonly action: Action;
  cancelled: boolean;
}

/** Time that passes only when there is nothing left to do before it does. Of one moment, what was asked first is first. */
export class Clock {
  private time = 0;
  private readonly queue: Entry[] = [];

  /** Virtual ms since the beginning. */
  get now(): number {
    return this.time;
  }

  /**
   * Does something so many virtual ms from now, after everything that was asked for the same moment before.
   *
   * @returns takes it back
   */
  after(ms: number, action: Action): () => void {
    const entry: Entry = { at: this.time + ms, action, cancelled: false };
    this.queue.splice(this.placeOf(entry.at), 0, entry);
    return () => {
      entry.cancelled = true;
    };
  }

  /** Goes on to the next moment at which there is something to do, and gives that; null: there is nothing more. */
  next(): Action | null {
    for (;;) {
      const entry = this.queue.shift();
      if (!entry) return null;
      if (entry.cancelled) continue;
      this.time = entry.at;
      return entry.action;
    }
  }

  /** What is still to be done at this moment; null: nothing. */
  due(): Action | null {
    while (this.queue[0]?.cancelled) this.queue.shift();
    return this.queue[0]?.at === this.time ? this.next() : null;
  }

  /** Behind all that are not later: found by halving, since a wide map has thousands. */
  private placeOf(at: number): number {
    let [from, to] = [0, this.queue.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.queue[middle]?.at ?? 0) <= at) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
