import { type StepCode, toStepCode } from '../activities/run-step';

/** The code of steps that a test makes up: one file, whose content is given. */
export function aCode(content = 'code'): StepCode {
  return toStepCode({ files: { 'steps.ts': content }, packages: {}, build: null, whole: null });
}
