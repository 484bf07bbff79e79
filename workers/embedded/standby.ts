import type { ToWorker } from '../hear-supervisor';
import type { Child } from './child';
import { type BegunPart, beginEnginePart, type EnginePart } from './engine-part';
import { endMarked } from './process-mark';
import type { PartName } from './stack-file';

const GO = JSON.stringify({ go: true } satisfies ToWorker);

/**
 * Workers that have everything ready but the project, one for each worker that runs: most of a worker's start is spent
 * before it loads the project.
 */
export class Standbys {
  private readonly waiting = new Map<PartName, Promise<BegunPart>>();
  private ended = false;

  constructor(private readonly log: (text: string) => void) {}

  /** Has one ready for a part, if there is none. */
  prepare(part: EnginePart): void {
    if (this.ended || this.waiting.has(part.name)) return;
    const begun = beginEnginePart(part);
    this.waiting.set(part.name, begun);
    begun.catch((error: unknown) => {
      this.waiting.delete(part.name);
      this.log(`${part.name} has none on standby: ${error instanceof Error ? error.message : String(error)}`);
    });
  }

  /**
   * Lets the one on standby load the project and begin; where there is none, a new one.
   *
   * @param onStarted told of its process before it is ready
   * @throws PER_STACK_006 when it does not become ready; it is ended then
   */
  async callUp(part: EnginePart, onStarted: (child: Child) => void = () => undefined): Promise<Child> {
    const begun = await this.take(part);
    onStarted(begun.child);
    begun.child.tell(GO);
    try {
      return await begun.ready();
    } catch (error) {
      await endMarked(begun.child.mark, 'SIGTERM', 2_000);
      throw error;
    }
  }

  /** Ends those that wait. */
  async end(): Promise<void> {
    this.ended = true;
    const begun = await Promise.allSettled(this.waiting.values());
    const marks = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value.child.mark] : []));
    await Promise.all(marks.map((mark) => endMarked(mark, 'SIGKILL', 2_000)));
  }

  private async take(part: EnginePart): Promise<BegunPart> {
    const waiting = await this.waiting.get(part.name)?.catch(() => undefined);
    this.waiting.delete(part.name);
    return waiting?.child.isRunning() === true ? waiting : beginEnginePart(part);
  }
}
