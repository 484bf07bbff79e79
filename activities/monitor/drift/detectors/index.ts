// Detectors on a stream: pure, of one value at a time.
export { adwin, type AdwinOptions } from './adwin';
export { ddm, type DdmOptions } from './ddm';
export { type Detections, detectIn, type Detector, type Signal } from './detector';
export { hddmA, type HddmAOptions } from './hddm-a';
export { pageHinkley, type PageHinkleyOptions } from './page-hinkley';
