/** Shorter texts are in too many words of too many lines; they are not looked for. */
export const SHORTEST = 6;
/** A single line of a text of several lines has to be longer: a key's lines are, a comment's need not be. */
const SHORTEST_LINE = 16;

/** The forms in which a secret text turns up: as it is, its lines, the password in a URL, and each of them encoded. */
export function formsOf(text: string): string[] {
  const plain = [text, text.trim(), ...linesOf(text), ...passwordsIn(text)].filter((form) => form.length >= SHORTEST);
  const forms = plain.flatMap((form) => {
    const quoted = inJson(form);
    const bytes = Buffer.from(form);
    const encoded = [bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url'), inUrl(form)];
    return [form, quoted, inJson(quoted), ...encoded];
  });
  return [...new Set(forms)];
}

/** A key is printed line by line; its first and last line say only that it is one. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.length < 2 ? [] : lines.filter((line) => line.length >= SHORTEST_LINE && !line.startsWith('-----'));
}

function passwordsIn(text: string): string[] {
  if (!text.includes('://') || !URL.canParse(text)) return [];
  const { password } = new URL(text);
  const written = /:\/\/[^/?#]*?:([^/?#]*)@/.exec(text)?.[1] ?? '';
  return [password, written, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function inUrl(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // Half of a surrogate pair has no form in a URL.
    return text;
  }
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
