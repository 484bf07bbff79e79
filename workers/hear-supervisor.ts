import { createInterface } from 'node:readline';
import { z } from 'zod';

/** What a worker on standby is told, one JSON object a line on stdin. */
export const ToWorker = z.union([
  /** Load the project as it is now, and begin. */
  z.object({ go: z.literal(true) }),
  /** The project has been edited, but nothing of what this worker runs: the digest that it has now. */
  z.object({ project: z.string() }),
]);
export type ToWorker = z.infer<typeof ToWorker>;

/** The supervisor's word to a worker that was started with --standby. */
export interface SupervisorWord {
  /** Resolves when it is told to load the project. */
  readonly calledUp: Promise<void>;
  /** The digest that the project has, when it has another one than this worker loaded; null: nobody has said so. */
  project(): string | null;
}

/** Listens to the supervisor on stdin. Lines that are not understood are let pass: an older worker is told less. */
export function hearSupervisor(): SupervisorWord {
  let digest: string | null = null;
  // Nothing else may hold the event loop yet.
  const waiting = setInterval(() => undefined, 60_000);
  const calledUp = new Promise<void>((resolve) => {
    createInterface({ input: process.stdin }).on('line', (line) => {
      const word = ToWorker.safeParse(parsed(line)).data;
      if (word === undefined) return;
      if ('project' in word) digest = word.project;
      else resolve();
    });
  }).finally(() => {
    clearInterval(waiting);
  });
  return { calledUp, project: () => digest };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
