export { type ListedEffects } from './list-effects';
export { spinStep, type Spin, type SpinEnd } from './spin-step';
