/**
 * Every run of 64 hexadecimal characters in a text, each once: what may be the digest of an artifact. Which of them are, the
 * records know.
 */
export function namedDigests(text: string): string[] {
  return [...new Set(text.match(/(?<![0-9a-zA-Z_])[0-9a-f]{64}(?![0-9a-zA-Z_])/g) ?? [])];
}
