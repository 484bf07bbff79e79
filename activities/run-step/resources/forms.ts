/** Shorter texts are in too many words of too many lines; they are not looked for. */
export const SHORTEST = 6;
/** A single line of a text of several lines has to be longer: a key's lines are, a comment's need not be. */
const SHORTEST_LINE = 16;
/** Where those who write Base64 in lines break them: MIME and `base64`, PEM and `openssl`. */
const LINES_OF_BASE64 = [76, 64];

/**
 * The forms in which a secret text turns up: as it is, its lines, the password in a URL, and each of them in Base64. The escapes
 * of JSON and URLs are no forms: what has some is read without them ({@link ./readings}).
 */
export function formsOf(text: string): string[] {
  const plain = [text, text.trim(), ...linesOf(text), ...passwordsIn(text)].filter((form) => form.length >= SHORTEST);
  const forms = plain.flatMap((form) => {
    // As forms in the body of a request have it.
    const spaceless = form.replaceAll(' ', '+');
    const quoted = JSON.stringify(form).slice(1, -1);
    return [form, spaceless, ...[form, quoted].flatMap(inBase64)];
  });
  return [...new Set(forms)];
}

/** A key is printed line by line; its first and last line say only that it is one. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|[\n\r\u2028\u2029]/).map((line) => line.trim());
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

/**
 * What Base64 says of a text: of it alone, in one line or in several, and of any longer text that holds it, `user:password` for one.
 * Three bytes are four characters, so what stands before has three ways of moving it; what is shared with a neighbour is left out.
 */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text);
  const alone = bytes.toString('base64').replace(/=+$/, '');
  const lines = LINES_OF_BASE64.flatMap((length) => piecesOf(alone, length));
  const within = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return encoded.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 4) / 3));
  });
  const forms = [alone, ...lines, ...within];
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

function piecesOf(text: string, length: number): string[] {
  if (text.length <= length) return [];
  const pieces = Array.from({ length: Math.ceil(text.length / length) }, (_, at) =>
    text.slice(at * length, (at + 1) * length),
  );
  return pieces.filter((piece) => piece.length >= SHORTEST_LINE);
}
