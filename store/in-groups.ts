/** How items are put into groups. */
export interface GroupOptions<Item> {
  /** No two items of a group have the same key; the later one goes with a later group. */
  readonly keyOf: (item: Item) => string;
  /** Items in a group. */
  readonly most: number;
  /** For how long items wait for the group before theirs, ms: one that is held up (by a lock, say) does not hold up the rest. */
  readonly patience: number;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer | PromiseLike<Answer>) => void;
}

/**
 * Does work for many items in one go where it can: those that come while a group is under way make up the next. One that
 * comes alone is done at once.
 *
 * @param together gives an answer for each item, in their order. When it fails, each item is done by itself, so that what
 * is wrong with one is told to that one alone
 */
export function inGroups<Item, Answer>(
  alone: (item: Item) => Promise<Answer>,
  together: (items: readonly Item[]) => Promise<readonly Answer[]>,
  { keyOf, most, patience }: GroupOptions<Item>,
): (item: Item) => Promise<Answer> {
  let waiting: Waiting<Item, Answer>[] = [];
  let isPlanned = false;
  let isBusy = false;

  function plan(): void {
    if (isPlanned || isBusy || waiting.length === 0) return;
    isPlanned = true;
    // What comes in the same turn of the event loop goes together.
    setImmediate(() => {
      isPlanned = false;
      void doNext();
    });
  }

  async function doNext(): Promise<void> {
    const group = takeGroup();
    isBusy = true;
    let isReleased = false;
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      isBusy = false;
      plan();
    };
    const timer = setTimeout(release, patience);
    await answer(group);
    clearTimeout(timer);
    release();
  }

  function takeGroup(): Waiting<Item, Answer>[] {
    const keys = new Set<string>();
    const group: Waiting<Item, Answer>[] = [];
    const rest: Waiting<Item, Answer>[] = [];
    for (const each of waiting) {
      const key = keyOf(each.item);
      const fits = group.length < most && !keys.has(key);
      (fits ? group : rest).push(each);
      keys.add(key);
    }
    waiting = rest;
    return group;
  }

  async function answer(group: readonly Waiting<Item, Answer>[]): Promise<void> {
    const [first, ...others] = group;
    const answers = others.length === 0 ? null : await together(group.map(({ item }) => item)).catch((): null => null);
    if (answers === null || first === undefined) {
      const done = group.map(({ item, resolve }) => {
        const own = alone(item);
        resolve(own);
        return own;
      });
      await Promise.allSettled(done);
      return;
    }
    for (const [i, { resolve }] of group.entries()) {
      const own = answers[i];
      if (own !== undefined) resolve(own);
    }
  }

  return (item) =>
    new Promise((resolve) => {
      waiting.push({ item, resolve });
      plan();
    });
}
