// Danger: in a group, one item's trouble becomes that of all, an answer goes to the wrong one, two of the same node meet in
// one statement, or one that is held up by a lock holds up the whole worker.
import { inGroups } from '../../../store/in-groups';

interface Item {
  readonly key: string;
  readonly n: number;
}

/** A store that answers when told to, and keeps what it was asked. */
function setUp({ most = 10, patience = 10_000 }: { most?: number; patience?: number } = {}) {
  const asked: { items: readonly Item[]; answer: (error?: Error) => void }[] = [];
  const work = (items: readonly Item[]): Promise<number[]> =>
    new Promise((resolve, reject) => {
      asked.push({
        items,
        answer: (error) => {
          if (error) reject(error);
          else resolve(items.map(({ n }) => n * 10));
        },
      });
    });
  const alone = async (item: Item): Promise<number> => (await work([item]))[0] ?? Number.NaN;
  const add = inGroups<Item, number>(alone, work, { keyOf: ({ key }) => key, most, patience });
  const answerNext = async (error?: Error): Promise<void> => {
    while (asked.length === 0) await turn();
    asked.shift()?.answer(error);
    await turn();
    await turn();
  };
  const nextSizes = (): number[] => asked.map(({ items }) => items.length);
  return { add: (n: number, key = String(n)) => add({ key, n }), answerNext, nextSizes };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('those that come while one is under way go together, and each gets its own answer', async () => {
  const { add, answerNext, nextSizes } = setUp();
  const first = add(1);
  await turn();
  const others = [2, 3, 4].map((n) => add(n));
  expect(nextSizes()).toEqual([1]);
  await answerNext();
  expect(nextSizes()).toEqual([3]);
  await answerNext();
  expect(await Promise.all([first, ...others])).toEqual([10, 20, 30, 40]);
});

test('no group has more than so many, nor the same key twice', async () => {
  const { add, answerNext, nextSizes } = setUp({ most: 2 });
  const all = Promise.all([add(1, 'a'), add(2, 'a'), add(3, 'b'), add(4, 'c')]);
  await turn();
  expect(nextSizes()).toEqual([2]);
  await answerNext();
  expect(nextSizes()).toEqual([2]);
  await answerNext();
  expect(await all).toEqual([10, 20, 30, 40]);
});

test('when a group fails each is done by itself: only the one that is wrong hears of it', async () => {
  const { add, answerNext, nextSizes } = setUp();
  const all = Promise.allSettled([add(1), add(2)]);
  await turn();
  await answerNext(new Error('the group'));
  expect(nextSizes()).toEqual([1, 1]);
  await answerNext(new Error('its own'));
  await answerNext();
  expect(await all).toEqual([
    { status: 'rejected', reason: new Error('its own') },
    { status: 'fulfilled', value: 20 },
  ]);
});

test('a group that is held up holds up no other', async () => {
  const { add, answerNext, nextSizes } = setUp({ patience: 1 });
  const held = add(1);
  while (nextSizes().length === 0) await turn();
  const next = add(2);
  while (nextSizes().length < 2) await turn();
  await answerNext();
  await answerNext();
  expect(await Promise.all([held, next])).toEqual([10, 20]);
});
