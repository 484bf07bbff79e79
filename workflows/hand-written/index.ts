// What the code of a hand-written workflow imports. Nothing here, nor what it reaches, may bring zod into the sandbox.
export type { RecordedRun, StepUse } from '../../core/define/hand-written';
export { recorded, type RecordedOptions } from './recorded';
