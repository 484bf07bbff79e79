import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { endMarked, ProcessMark } from './process-mark';
import type { Child } from './child';
import { PartName, readJson, writePrivate } from './stack-file';

/** The signal that each part takes as "end gracefully". SIGINT is Postgres's fast shutdown: it waits for no client. */
const GENTLE: Record<PartName, NodeJS.Signals> = {
  temporal: 'SIGTERM',
  postgres: 'SIGINT',
  'worker-cpu': 'SIGTERM',
  'worker-gpu': 'SIGTERM',
  serving: 'SIGTERM',
};

/** Ended together, one group after the other: who uses the servers goes before the servers. */
const ORDER: readonly (readonly PartName[])[] = [
  ['serving', 'worker-cpu', 'worker-gpu'],
  ['temporal', 'postgres'],
];

const Processes = z.partialRecord(PartName, ProcessMark);
export type Processes = z.infer<typeof Processes>;

/** Starts a part; tells of its process as soon as there is one, and returns it once it is ready. */
export type StartPart = (onStarted: (child: Child) => void) => Promise<Child>;

/**
 * The running processes of a stack. Each is recorded in `<state>/processes.json` the moment it runs, and started again,
 * with growing pauses, when it ends by itself.
 */
export class Parts {
  private readonly marks: Processes = {};
  /** The newest process of a part; whoever keeps an older one running stops doing so. */
  private readonly newest = new Map<PartName, symbol>();
  private readonly children = new Map<PartName, Child>();
  /** Those that have made room for another one and finish what they do. */
  private readonly leaving = new Set<Promise<void>>();
  private stopping = false;

  constructor(
    private readonly state: string,
    private readonly onChange: (processes: Processes) => void,
    private readonly log: (text: string) => void,
  ) {}

  /** Starts a part and keeps it running from then on. */
  async keep(name: PartName, start: StartPart): Promise<void> {
    const turn = this.takeTurn(name);
    const child = await this.begin(name, start, turn);
    void this.restartWhenEnded(name, start, child, 0, turn);
  }

  /**
   * Puts another process in a part's place: the old one is told to end once the new one is ready, and goes on as it was
   * when that does not become so.
   *
   * @param next starts the new process
   * @param start starts the part again when it ends by itself
   */
  async replace(name: PartName, next: () => Promise<Child>, start: StartPart): Promise<void> {
    const child = await next();
    if (this.stopping) {
      await endMarked(child.mark, GENTLE[name], 2_000);
      return;
    }
    const [turn, old] = [this.takeTurn(name), this.marks[name]];
    this.note(name, child);
    void this.restartWhenEnded(name, start, child, 0, turn);
    if (old === undefined) return;
    const left = endMarked(old, GENTLE[name], 10_000).finally(() => this.leaving.delete(left));
    this.leaving.add(left);
  }

  /** Writes a line to a part's stdin. */
  tell(name: PartName, line: string): void {
    this.children.get(name)?.tell(line);
  }

  processes(): Processes {
    return { ...this.marks };
  }

  /** Ends every part in order. Each may take `patience` ms; Postgres and Temporal get at least ten seconds to save. */
  async stop(patience: number): Promise<void> {
    this.stopping = true;
    await Promise.all([endProcesses(this.marks, patience), ...this.leaving]);
    if (existsSync(this.state)) writePrivate(file(this.state), {});
  }

  /** Starts a part once. One that does not become ready is ended before the error goes on. */
  private async begin(name: PartName, start: StartPart, turn: symbol): Promise<Child> {
    const begun: Child[] = [];
    try {
      return await start((child) => {
        begun.push(child);
        if (this.newest.get(name) === turn) this.note(name, child);
      });
    } catch (error) {
      for (const { mark } of begun) await endMarked(mark, GENTLE[name], 2_000);
      throw error;
    }
  }

  private async restartWhenEnded(
    name: PartName,
    start: StartPart,
    first: Child,
    restarts: number,
    turn: symbol,
  ): Promise<void> {
    const began = Date.now();
    const how = await first.ended;
    if (!this.isNewest(name, turn)) return;
    // A part that ran for a minute is healthy: its next start waits as little as the first.
    const tries = Date.now() - began > 60_000 ? 0 : restarts;
    const pause = Math.min(10_000, 200 * 2 ** tries);
    this.log(`${name} ended (${how}); starting it again in ${pause} ms`);
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (!this.isNewest(name, turn)) return;
    try {
      const next = await this.begin(name, start, turn);
      if (!this.isNewest(name, turn)) {
        await endMarked(next.mark, GENTLE[name], 2_000);
        return;
      }
      this.log(`${name} runs again`);
      void this.restartWhenEnded(name, start, next, tries + 1, turn);
    } catch (error) {
      this.log(`${name} did not come back: ${error instanceof Error ? error.message : String(error)}`);
      void this.restartWhenEnded(name, start, { ...first, ended: Promise.resolve('no start') }, tries + 1, turn);
    }
  }

  private note(name: PartName, child: Child): void {
    this.marks[name] = child.mark;
    this.children.set(name, child);
    writePrivate(file(this.state), this.marks);
    this.onChange(this.processes());
  }

  private takeTurn(name: PartName): symbol {
    const turn = Symbol(name);
    this.newest.set(name, turn);
    return turn;
  }

  /** False once another process has taken the part's place, or everything ends. */
  private isNewest(name: PartName, turn: symbol): boolean {
    return !this.stopping && this.newest.get(name) === turn;
  }
}

/** Ends what an earlier stack of this state folder left running, by its record. Returns the names of what was ended. */
export async function endLeftovers(state: string): Promise<PartName[]> {
  const parsed = Processes.safeParse(readJson(file(state)));
  if (!parsed.success) return [];
  const ended = await endProcesses(parsed.data, 3_000);
  writePrivate(file(state), {});
  return ended;
}

async function endProcesses(marks: Processes, patience: number): Promise<PartName[]> {
  const ended: PartName[] = [];
  for (const [at, group] of ORDER.entries()) {
    await Promise.all(
      group.map(async (name) => {
        const mark = marks[name];
        if (mark === undefined) return;
        ended.push(name);
        await endMarked(mark, GENTLE[name], at === 0 ? patience : Math.max(patience, 10_000));
      }),
    );
  }
  return ended;
}

function file(state: string): string {
  return join(state, 'processes.json');
}
