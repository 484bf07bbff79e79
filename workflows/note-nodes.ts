import type { AlreadyOver, NodeNote } from '../core/interpret';
import { engine } from './engine-activities';

/**
 * Writes the states of maps, branches and approvals into the records, in order, one call at a time: what comes about
 * while a call is under way goes with the next.
 */
export class NodeNotes {
  private waiting: NodeNote[] = [];
  private writing: Promise<void> = Promise.resolve();

  /** @param tell is told what waits in vain: by the records it is over */
  constructor(
    private readonly run: string,
    private readonly tell: (over: AlreadyOver) => void,
  ) {}

  add(note: NodeNote): void {
    this.waiting.push(note);
    if (this.waiting.length === 1) this.writing = this.writing.then(() => this.write());
  }

  /** Resolves when everything added so far is in the records. */
  async flushed(): Promise<void> {
    await this.writing;
  }

  private async write(): Promise<void> {
    const notes = this.waiting;
    this.waiting = [];
    const over = await engine['perennial.note-node']({ run: this.run, notes });
    for (const each of over ?? []) this.tell(each);
  }
}
