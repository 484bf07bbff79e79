export { type GcParts, type GcResult, removeUnneeded, type Sum, tellWhyKept, type WhyAnswer } from './remove-unneeded';
export type { Unneeded } from './doom';
export type { Kept } from './why';
