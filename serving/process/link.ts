import type { FromProcess } from '../messages';
import { FromSupervisor } from '../messages';

/** What a supervisor may ask of this process. */
export interface Answers {
  readonly 'close-segments': () => Promise<unknown>;
  readonly metrics: () => Promise<unknown>;
  readonly end: () => void;
}

const ANSWER_WITHIN_MS = 60_000;

/** The line to the supervisor: signs of life, questions and answers. */
export class SupervisorLink {
  private readonly asked = new Map<number, { done: (value: unknown) => void; fail: (error: Error) => void }>();
  private counter = 0;

  constructor(answers: Answers) {
    process.on('message', (raw) => {
      const message = FromSupervisor.safeParse(raw).data;
      if (message?.type === 'end') answers.end();
      if (message?.type === 'answer') this.take(message.id, message.ok, message.value);
      if (message?.type === 'request')
        void answers[message.what]().then(
          (value) => this.tell({ type: 'reply', id: message.id, value }),
          () => this.tell({ type: 'reply', id: message.id, value: null }),
        );
    });
  }

  /** Sends a message; resolves when it has left this process, which matters before the event loop is held. */
  tell(message: FromProcess): Promise<void> {
    return new Promise((done) => {
      if (
        !process.connected ||
        process.send?.(message, () => {
          done();
        }) === undefined
      )
        done();
    });
  }

  /** Asks the supervisor, which alone knows all processes. Rejects when it refuses or does not answer in a minute. */
  ask(what: 'flush' | 'metrics' | 'status'): Promise<unknown> {
    const id = ++this.counter;
    return new Promise((done, fail) => {
      const timer = setTimeout(() => {
        this.take(id, false, 'The supervisor did not answer.');
      }, ANSWER_WITHIN_MS);
      const settle = <T>(act: (value: T) => void) => {
        return (value: T): void => {
          clearTimeout(timer);
          act(value);
        };
      };
      this.asked.set(id, { done: settle(done), fail: settle(fail) });
      void this.tell({ type: 'ask', id, what });
    });
  }

  private take(id: number, ok: boolean, value: unknown): void {
    const asked = this.asked.get(id);
    this.asked.delete(id);
    if (ok) asked?.done(value);
    else asked?.fail(new Error(String(value)));
  }
}
