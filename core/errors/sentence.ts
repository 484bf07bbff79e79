/** What somebody else said, as a sentence that another can follow: with a full stop, unless it has its end. */
export function sentence(text: string): string {
  const said = text.trim();
  return /[.!?](?:['")\]]*)$/.test(said) ? said : `${said}.`;
}
