/** What somebody else said, as a sentence that another can follow: with a full stop, unless it has its end. */
export function sentence(text: string): string {
  const said = text.trim();
  return /[.!?](?:['")\]]*)$/.test(said) ? said : `${said}.`;
}

/** Names that a message holds, at most so many, and how many more there are: a config may be wrong in fifty thousand places. */
export function firstOf(names: readonly string[], most = 10): string[] {
  return names.length <= most ? [...names] : [...names.slice(0, most), `and ${names.length - most} more`];
}
