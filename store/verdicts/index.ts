export { findNewestVerdict } from './find-newest-verdict';
export { insertVerdict } from './insert-verdict';
export { listVerdicts, type VerdictsPage } from './list-verdicts';
export type { VerdictRow, VerdictSubject } from './verdict-row';
