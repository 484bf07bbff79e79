export { listSuites, type SuiteLine } from './list-suites';
export { listSuiteUses, type RecordedUse } from './list-suite-uses';
export { recordSuiteUse, type SuiteUse } from './record-suite-use';
