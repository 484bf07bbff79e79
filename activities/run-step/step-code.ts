import type { CodeDetail } from '../../store/cache/key-part';
import { jsonDigest } from '../../store/plans/json-digest';

/** A step's code as the cache knows it. */
export interface StepCode {
  /** The code's part of the cache key. */
  readonly digest: string;
  /** What the digest is made of, to say later what differed. */
  readonly detail: CodeDetail;
}

/** How much of a file's digest the records keep: enough to tell two versions apart. */
const KEPT = 16;

/** @param detail with the files' digests in full: all of each goes into the code's */
export function toStepCode(detail: CodeDetail): StepCode {
  return { digest: jsonDigest(detail), detail: { ...detail, files: shortened(detail.files) } };
}

/** A step's code with more files, those of its program: their digests in full, by path. */
export function withFiles(code: StepCode, files: CodeDetail['files']): StepCode {
  if (Object.keys(files).length === 0) return code;
  const digest = jsonDigest({ code: code.digest, files });
  return { digest, detail: { ...code.detail, files: { ...code.detail.files, ...shortened(files) } } };
}

function shortened(files: CodeDetail['files']): CodeDetail['files'] {
  return Object.fromEntries(Object.entries(files).map(([path, digest]) => [path, digest.slice(0, KEPT)]));
}
