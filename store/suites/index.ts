export { findSuiteVersions } from './find-suite-versions';
export { listSuites, type SuiteLine, type SuiteVersion } from './list-suites';
export { listSuiteUses, type RecordedUse } from './list-suite-uses';
export { recordSuiteUse, type SuiteUse } from './record-suite-use';
