export { firstOfEach, insertLabels, type LabelReceipt, type LabelReport } from './insert-labels';
export { labelsFor, type LabelRow } from './labels-for';
