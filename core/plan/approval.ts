import type { Json } from './json';

/** What a person answered, and the value of an approval node. */
export interface Approval {
  readonly approved: boolean;
  /** Who answered, from the API token; `time-out` when nobody did in time. */
  readonly by: string;
  readonly note: string | null;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** The value of an approval that asks for more than yes or no. */
export interface Answered<T> extends Approval {
  /** What was asked for; null after a rejection or a time-out. */
  readonly answer: T | null;
}

/** An answer that was held against what its approval asks for. */
export interface GivenAnswer extends Approval {
  /** Not there: the approval asks for yes or no only. */
  readonly answer?: Json;
}

/** Who an answer is by when nobody gave one in time. */
const NOBODY = 'time-out';

/** What counts as the answer when nobody gave one in time. */
export function unanswered(at: string): Approval {
  return { approved: false, by: NOBODY, note: 'Nobody answered in time.', at };
}

/** Whether an answer is what stands for none. Nobody says yes by saying nothing. */
export function isUnanswered({ approved, by }: Pick<Approval, 'approved' | 'by'>): boolean {
  return !approved && by === NOBODY;
}

/** Whether somebody may answer under a name: none may under that of nobody. */
export function mayAnswerAs(name: string): boolean {
  return name !== NOBODY;
}

/** What is said of an answer under that name. */
export const NOT_A_PERSON = `'${NOBODY}' stands for nobody's answer; give the name of who answers`;
