/** A text as a POSIX shell takes it for one word: `per-seed[3]/train` needs quotes, `train` does not. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
