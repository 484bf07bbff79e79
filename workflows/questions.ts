import { CancellationScope, sleep } from '@temporalio/workflow';

/** Questions in one call. */
const MOST = 200;

/** Bytes that answers make one message to Temporal carry, which may have 4 MB with everything else that is commanded then. */
const MESSAGE_BYTES = 1024 * 1024;

/** Answers to the first of the questions, at least one. */
export interface Answers<Answer> {
  readonly answers: readonly Answer[];
  /** What they add to the messages that the run sends. */
  readonly bytes: number;
}

interface Asked<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Puts questions to the records, one call at a time: what is asked for while a call is under way goes with the next.
 * Answers are recorded in the history, in messages of a bounded size.
 */
export class Questions<Question, Answer> {
  private waiting: Asked<Question, Answer>[] = [];
  private asking = false;
  private sent = 0;

  constructor(private readonly put: (questions: readonly Question[]) => Promise<Answers<Answer>>) {}

  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ question, resolve, reject });
      // Others wait for the same call: it does not end with the one that began it.
      if (!this.asking) void CancellationScope.nonCancellable(() => this.askAll());
    });
  }

  private async askAll(): Promise<void> {
    this.asking = true;
    // Whatever is asked for at the same moment goes together.
    await Promise.resolve();
    while (this.waiting.length > 0) await this.askSome();
    this.asking = false;
  }

  private async askSome(): Promise<void> {
    const asked = this.waiting.slice(0, MOST);
    try {
      const { answers, bytes } = await this.put(asked.map(({ question }) => question));
      this.waiting = this.waiting.slice(answers.length);
      this.sent += bytes;
      for (const [i, answer] of answers.entries()) asked[i]?.resolve(answer);
    } catch (error) {
      this.waiting = this.waiting.slice(asked.length);
      for (const { reject } of asked) reject(error);
    }
    if (this.sent < MESSAGE_BYTES) return;
    // A timer is told of in a later workflow task, which is a message of its own.
    await sleep(1, { summary: 'what was asked for is sent' });
    this.sent = 0;
  }
}
