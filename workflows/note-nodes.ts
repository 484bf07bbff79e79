import type { NodeNote } from '../core/interpret';
import { engine } from './engine-activities';

/**
 * Writes the states of maps, branches and approvals into the records, in order, one call at a time: what comes about
 * while a call is under way goes with the next.
 */
export class NodeNotes {
  private waiting: NodeNote[] = [];
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly run: string) {}

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
    await engine['perennial.note-node']({ run: this.run, notes });
  }
}
