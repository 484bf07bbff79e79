import { type ChildProcess, fork } from 'node:child_process';
import { type ErrorCode, ERRORS, perennialError } from '../../core/errors';
import { builtFile } from '../../workers/package-root';
import { Answer, type Asked, type Traced } from './traced';

/** How long the code of a project may take to load, ms. */
const PATIENCE = 30_000;

/** Traces a project again and again, each time in a process of its own. */
export interface Tracer {
  /**
   * The project as it is now.
   *
   * @throws what is wrong with it, with file and line (PER_STACK_007, PER_STACK_102, PER_STACK_103, PER_DEF_...); PER_STACK_063 when nothing comes of it
   */
  trace(): Promise<Traced>;
  /** Has a process ready for the next time. */
  prepare(): void;
  end(): void;
}

/** Makes the tracer of a project. */
export function createTracer(asked: Asked): Tracer {
  let ready: ChildProcess | null = null;
  const begin = (): ChildProcess => {
    const program = builtFile('cli/dev/trace-child.js');
    // What the project prints while it is loaded is no result of this command.
    return fork(program, { stdio: ['ignore', 2, 'inherit', 'ipc'] });
  };
  return {
    prepare() {
      if (ready?.connected !== true) ready = begin();
    },
    trace() {
      const child = ready?.connected === true ? ready : begin();
      ready = null;
      return answerOf(child, asked);
    },
    end() {
      ready?.kill('SIGKILL');
      ready = null;
    },
  };
}

function answerOf(child: ChildProcess, asked: Asked): Promise<Traced> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string): void => {
      reject(perennialError('PER_STACK_063', `${why}.`));
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      refuse(`The project was not loaded within ${PATIENCE / 1_000} s`);
    }, PATIENCE);
    child.once('message', (raw) => {
      const answer = Answer.parse(raw);
      if ('traced' in answer) resolve(answer.traced);
      else reject(perennialError(isCode(answer.code) ? answer.code : 'PER_STACK_063', answer.detail));
    });
    child.once('error', (error) => {
      refuse(error.message);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      // After an answer this says nothing more.
      refuse(`The process that loads the project ended (${signal ?? `exit code ${code ?? '?'}`})`);
    });
    child.send(asked);
  });
}

function isCode(code: string | null): code is ErrorCode {
  return code !== null && code in ERRORS;
}
