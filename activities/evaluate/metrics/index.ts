export { calibrationError } from './calibration';
export { pairedDifference } from './difference';
export { logLoss, type Probabilities, rowLoss } from './log-loss';
export { brierScore, measureQuality } from './quality';
export { rocAuc } from './roc-auc';
