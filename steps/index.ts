export * from './types';
export { Condition } from './feature-conditions';
export {
  Clip,
  ImputeNumber,
  ImputeText,
  Normalise,
  NumberRepair,
  StandIn,
  TextRepair,
  TimestampRepair,
} from './feature-rules';
export * from './features';
export * from './sources';
export * from './collect';
export * from './clean';
export * from './cleaning-rules';
export * from './expectations';
export { RuleSet, ruleSet, Suite, suite, Used, versionOf } from './suites';
export * from './validate';
export * from './join-as-of';
export * from './split';
export * from './train';
export * from './evaluate';
export * from './weak-segments';
export * from './deploy';
export * from './monitor';
