import type { SupervisorLink } from './link';
import type { ModelTable } from './model-table';

const EVERY_MS = 100;
/** A process that becomes busy says so, but not more often than this. */
const BUSY_EVERY_MS = 10;
const LEAST_STALL_MS = 1_000;
/** A process counts as stalled when it is silent for this many times its slowest run. */
const STALL_FACTOR = 10;

/** This process's signs of life. They stop when the event loop does, which is the point. */
export class Pulse {
  private inFlight = 0;
  private isLoading = false;
  private last = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly link: SupervisorLink,
    private readonly table: () => ModelTable | null,
  ) {
    this.timer = setInterval(() => void this.beat(), EVERY_MS);
  }

  /** A request has begun. */
  enter(): void {
    this.inFlight++;
    if (performance.now() - this.last > BUSY_EVERY_MS) void this.beat();
  }

  /** A request has ended. */
  leave(): void {
    this.inFlight--;
  }

  /** A model is about to be loaded, or has been. Resolves once the supervisor has been told. */
  async loading(isLoading: boolean): Promise<void> {
    this.isLoading = isLoading;
    await this.beat();
  }

  end(): void {
    clearInterval(this.timer);
  }

  private beat(): Promise<void> {
    this.last = performance.now();
    const table = this.table();
    return this.link.tell({
      type: 'beat',
      inFlight: this.inFlight,
      isLoading: this.isLoading,
      stallAfterMs: Math.max(LEAST_STALL_MS, STALL_FACTOR * (table?.slowestMs ?? 0)),
      versions: table?.versions ?? {},
    });
  }
}
