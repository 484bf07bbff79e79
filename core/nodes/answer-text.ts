import { type Approval, isUnanswered } from '../plan/approval';

/**
 * What came of an approval, in a sentence without its full stop: `approved by ana at 2026-02-01T00:00:05.000Z: looks right`,
 * `nobody had answered by 2026-02-01T02:00:00.000Z, which counts as a no`.
 *
 * @param more what else there is to say of a person's answer, before its note
 */
export function answerText(given: Approval, more = ''): string {
  const { approved, by, at, note } = given;
  if (isUnanswered(given)) return `nobody had answered by ${at}, which counts as a no`;
  const reason = note === null || note === '' ? '' : `: ${note}`;
  return `${approved ? 'approved' : 'rejected'} by ${by} at ${at}${more}${reason}`;
}
