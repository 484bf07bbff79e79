import { readFileSync } from 'node:fs';

/** How long the supervisor waits between looks, ms. */
export const LOOK_EVERY_MS = 100;
/** A look that comes late (this process itself had no CPU) adds at most this to anyone's silence. */
const MOST_PER_LOOK_MS = 200;
/** A process that wants to run but gets no CPU is given this many times longer. */
const STARVED_FACTOR = 10;
/** CPU of the silent process below this share of its silence means that it was starved, not stuck. */
const STARVED_SHARE = 0.5;
/** Linux counts CPU time in hundredths of a second on every architecture that Node runs on. */
const TICK_MS = 10;
const SUSPICIOUS_MS = 300;

/** What the system says of a process. */
export interface ProcessState {
  /** `R`: running or waiting for a CPU. */
  readonly state: string;
  readonly cpuMs: number;
}

/** Decides when one process has been silent for too long. */
export class StallWatch {
  private silentMs = 0;
  private lastLook: number;
  private suspicion: { readonly silentMs: number; readonly cpuMs: number } | null = null;

  constructor(
    now: number,
    private readonly stateOf: () => ProcessState | null,
  ) {
    this.lastLook = now;
  }

  /** The process gave a sign of life. */
  heard(): void {
    this.silentMs = 0;
    this.suspicion = null;
  }

  /**
   * True when the process has stalled.
   *
   * @param limitMs silence that it is allowed
   */
  look(now: number, limitMs: number): boolean {
    this.silentMs += Math.min(now - this.lastLook, MOST_PER_LOOK_MS);
    this.lastLook = now;
    if (this.silentMs >= SUSPICIOUS_MS && !this.suspicion)
      this.suspicion = { silentMs: this.silentMs, cpuMs: this.stateOf()?.cpuMs ?? 0 };
    if (this.silentMs <= limitMs) return false;
    return this.silentMs > limitMs * STARVED_FACTOR || !this.isStarved();
  }

  private isStarved(): boolean {
    const now = this.stateOf();
    if (now?.state !== 'R' || !this.suspicion) return false;
    const span = this.silentMs - this.suspicion.silentMs;
    return now.cpuMs - this.suspicion.cpuMs < span * STARVED_SHARE;
  }
}

/** Reads a process's state from /proc; null where there is none. */
export function processState(pid: number | undefined): ProcessState | null {
  if (pid === undefined) return null;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS };
  } catch {
    return null;
  }
}
