export { calibrationError } from './calibration';
export { pairedDifference } from './difference';
export { caughtAt, cumulativeGains } from './gains';
export { logLoss, type Probabilities, rowLoss } from './log-loss';
export { brierScore, measureQuality } from './quality';
export { rocAuc } from './roc-auc';
