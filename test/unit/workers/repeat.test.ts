// Danger: two passes of one service at once, a pass that begins after the service was stopped, or one failure that ends it.
import { repeat } from '../../../workers/repeat';

/** Passes that end when the test says so. */
function passes() {
  const open: (() => void)[] = [];
  const began: (() => void)[] = [];
  let running = 0;
  let most = 0;
  return {
    open,
    most: () => most,
    /** Resolves when the next pass has begun. */
    next: () => new Promise<void>((resolve) => began.push(resolve)),
    async work(): Promise<void> {
      running += 1;
      most = Math.max(most, running);
      const ended = new Promise<void>((resolve) => open.push(resolve));
      began.shift()?.();
      await ended;
      running -= 1;
    },
  };
}

const FAR = 2 ** 30;

test('woken while it works, it works once more and never twice at once', async () => {
  const work = passes();
  const first = work.next();
  const loop = repeat(FAR, () => work.work(), fail);
  await first;
  const second = work.next();
  loop.wake();
  loop.wake();
  work.open[0]?.();
  await second;
  expect([work.open.length, work.most()]).toEqual([2, 1]);
  const stopped = loop.stop();
  work.open[1]?.();
  await stopped;
});

test('stopping waits for what runs, and nothing begins after it', async () => {
  const work = passes();
  const first = work.next();
  const loop = repeat(0, () => work.work(), fail);
  await first;
  let over = false;
  const stopped = loop.stop().then(() => (over = true));
  loop.wake();
  await Promise.resolve();
  expect(over).toBe(false);
  work.open[0]?.();
  await stopped;
  expect(work.open).toHaveLength(1);
});

test('a pass that throws is told of, and the next one comes', async () => {
  const errors: unknown[] = [];
  let count = 0;
  await new Promise<void>((resolve) => {
    const loop = repeat(
      0,
      () => {
        count += 1;
        if (count === 2) void loop.stop().then(resolve);
        return count === 1 ? Promise.reject(new Error('once')) : Promise.resolve();
      },
      (error) => errors.push(error),
    );
  });
  expect(errors).toEqual([new Error('once')]);
});

function fail(error: unknown): never {
  throw error;
}
