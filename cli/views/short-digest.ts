/** Characters of a digest in a list: enough to name one version among millions, and to be given to the other verbs. */
const SHORT = 12;

/** A digest as lists show it; what is none (the name of a source) stays whole. */
export function shortDigest(digest: string): string {
  return /^[0-9a-f]{64}$/.test(digest) ? digest.slice(0, SHORT) : digest;
}
