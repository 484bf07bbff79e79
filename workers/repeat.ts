/** Work that is done again and again, never twice at once. */
export interface Repetition {
  /** Does it now, or once more right after what runs. */
  wake(): void;
  /** Resolves when what runs has ended; nothing begins after it. */
  stop(): Promise<void>;
}

/**
 * Does `work` at once, then whenever woken, and at the latest `interval` ms after it last ended.
 *
 * @param failed told when `work` throws; the repetition goes on
 */
export function repeat(
  interval: number,
  work: (stopping: () => boolean) => Promise<unknown>,
  failed: (error: unknown) => void,
): Repetition {
  let stopped = false;
  let woken = false;
  let rouse = (): void => undefined;
  const stopping = (): boolean => stopped;

  async function pause(): Promise<void> {
    if (woken || stopping()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, interval);
      rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    while (!stopping()) {
      woken = false;
      try {
        await work(stopping);
      } catch (error) {
        failed(error);
      }
      await pause();
    }
  }

  const running = run();
  return {
    wake() {
      woken = true;
      rouse();
    },
    async stop() {
      stopped = true;
      rouse();
      await running;
    },
  };
}
