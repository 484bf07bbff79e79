import { sleep } from '@temporalio/workflow';
import type { Event } from '../core/interpret';
import { engine } from './engine-activities';

/** Addresses in one question. */
const MOST = 200;

/** Bytes of answers in one message to Temporal, which may have 4 MB with everything else that is commanded then. */
const MESSAGE_BYTES = 1024 * 1024;

/**
 * Gets outputs that a rerun takes over, one call at a time: what is asked for while a call is under way goes with the
 * next. Answers are recorded in the history, in messages of a bounded size.
 */
export class ReusedOutputs {
  private waiting: string[] = [];
  private asking = false;
  private sent = 0;

  /** @param tell hears of each address once */
  constructor(
    private readonly run: string,
    private readonly tell: (event: Event) => void,
  ) {}

  /** Asks for the output at an address. The promise is that of the asking which this call began. */
  async ask(address: string): Promise<void> {
    this.waiting.push(address);
    if (this.asking) return;
    this.asking = true;
    // Whatever is asked for at the same moment goes together.
    await Promise.resolve();
    while (this.waiting.length > 0) await this.askSome();
    this.asking = false;
  }

  private async askSome(): Promise<void> {
    const addresses = this.waiting.slice(0, MOST);
    const { answered, outputs, bytes } = await engine['perennial.reuse-outputs']({ run: this.run, addresses });
    this.waiting = this.waiting.slice(answered);
    this.sent += bytes;
    for (const address of addresses.slice(0, answered)) {
      const output = outputs[address];
      this.tell(output === undefined ? { type: 'absent', address } : { type: 'reused', address, output });
    }
    if (this.sent < MESSAGE_BYTES) return;
    // A timer is told of in a later workflow task, which is a message of its own.
    await sleep(1, { summary: 'what was reused is sent' });
    this.sent = 0;
  }
}
