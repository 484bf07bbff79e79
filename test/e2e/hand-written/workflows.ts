// Workflows as a user writes them, for a worker of the user's own. Of the contracts they know the types alone.
import { ApplicationFailure } from '@temporalio/common';
import {
  CancellationScope,
  condition,
  continueAsNew,
  defineSignal,
  isCancellation,
  setHandler,
} from '@temporalio/workflow';
import { recorded, type RecordedRun } from '../../../workflows/hand-written';
import type * as contracts from './project/contracts';

type Run = RecordedRun<typeof contracts.nightly>;

/** What each is started with. */
export interface At {
  readonly folder: string;
  readonly n: number;
}

export const more = defineSignal<[number]>('more');
export const done = defineSignal('done');

/** Loops over signals, which no graph can say. */
export async function nightly({ folder, n }: At): Promise<{ n: number; parts: number }> {
  const asked: number[] = [];
  let over = false;
  setHandler(more, (part) => {
    asked.push(part);
  });
  setHandler(done, () => {
    over = true;
  });
  return recorded({ folder, n }, async (run: Run) => {
    const extracted = await run.step('extract', { folder, n });
    let sum = 0;
    let parts = 0;
    while (!over || asked.length > 0) {
      const part = asked.shift();
      if (part === undefined) await condition(() => over || asked.length > 0);
      else {
        const use = { timeout: '1m', retry: { attempts: 2 }, priority: 2, tags: ['nightly'] } as const;
        sum += (await run.step('fit', { folder, n: extracted.n + part }, use)).n;
        parts += 1;
      }
    }
    return { n: (await run.step('touch', { folder, n: sum }, { id: 'total' })).n, parts };
  });
}

/** Takes back what it did when it is cancelled. */
export async function saga({ folder, n }: At): Promise<number> {
  return recorded({ folder, n }, async (run: Run) => {
    const { n: reserved } = await run.step('ship', { folder, n });
    try {
      return (await run.step('hold', { folder, n: reserved })).n;
    } catch (error) {
      if (isCancellation(error))
        await CancellationScope.nonCancellable(() => run.step('undo', { folder, n: reserved }));
      throw error;
    }
  });
}

/** Tells a failure by its code, and goes on. */
export async function careful({ folder }: At): Promise<string[]> {
  return recorded({ folder }, async (run: Run) => {
    const codes: string[] = [];
    const attempt = async (work: () => Promise<unknown>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof ApplicationFailure)) throw error;
        codes.push(`${error.type ?? ''}: ${error.message}`);
      }
    };
    await attempt(() => run.step('ship', { folder }));
    // @ts-expect-error a field of another type
    await attempt(() => run.step('extract', { folder, n: 'seven' }, { id: 'seventh' }));
    await attempt(() => run.step('extract', { folder }, { id: 'seventh' }));
    // @ts-expect-error a step that is not declared
    await attempt(() => run.step('weigh', { folder }));
    await attempt(() => run.step('extract', { folder }, { id: 'per-seed[3]' }));
    await attempt(() => run.step('extract', { folder }, { timeout: '0s' }));
    return codes;
  });
}

/** Two steps that act on the world, one after the other. */
export async function delivery({ folder }: At): Promise<number> {
  return recorded({ folder }, async (run: Run) => {
    const { n } = await run.step('undo', { folder });
    return (await run.step('ship', { folder, n })).n;
  });
}

/** Works on what it is told last, which is another thing when it is tried again. */
export async function attentive({ folder }: At): Promise<number> {
  let told: number | null = null;
  setHandler(more, (n) => {
    told = n;
  });
  return recorded({ folder }, async (run: Run) => {
    await condition(() => told !== null);
    const { n } = await run.step('fit', { folder, n: told ?? 0 });
    return (await run.step('ship', { folder, n })).n;
  });
}

/** One step fails while another one runs. */
export async function broken({ folder }: At): Promise<void> {
  await recorded({ folder }, async (run: Run) => {
    await Promise.all([run.step('hold', { folder }), run.step('ship', { folder }, { id: 'shipping' })]);
  });
}

/** Names no JSON as its value. */
export async function wrong({ folder }: At): Promise<unknown> {
  return recorded({ folder }, () => Promise.resolve(new Map([['a', 1n]]).get('a')));
}

/** Goes on as a workflow of the same id, which would be taken for the same run. */
export async function endless({ folder, n }: At): Promise<unknown> {
  return recorded({ folder, n }, async (run: Run) => {
    await run.step('extract', { folder, n });
    return continueAsNew<typeof endless>({ folder, n: n + 1 });
  });
}

/** Keeps what it runs steps with, and asks for one more when the run has ended. */
export async function late({ folder }: At): Promise<unknown> {
  const kept: Run[] = [];
  const value = await recorded({ folder }, async (run: Run) => {
    kept.push(run);
    return run.step('extract', { folder });
  });
  for (const run of kept) await run.step('undo', { folder });
  return value;
}

/** One that the project does not declare. */
export async function stranger({ folder }: At): Promise<unknown> {
  return recorded({ folder }, (run: Run) => run.step('extract', { folder }));
}
