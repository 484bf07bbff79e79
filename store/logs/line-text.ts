/** Most characters of a message, and of its fields as JSON; the rest is cut. */
export const LONGEST = 65_536;

/** A message as the records can keep it. */
export function keptMessage(message: string): string {
  const kept = message.length <= LONGEST ? message : `${message.slice(0, LONGEST)} […] (${message.length} characters)`;
  return kept.replaceAll('\0', '\uFFFD').replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** NUL and halves of surrogate pairs as JSON writes them, after an even number of backslashes. */
const UNKEPT = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi;

/** Fields as the records can keep them: a JSON object as text. Too long ones are left out, with a word that they were. */
export function keptFields(json: string): string {
  if (json.length > LONGEST) return JSON.stringify({ 'left out': `fields of ${json.length} characters` });
  return json.replace(UNKEPT, '$1\\ufffd').replace(/\p{Surrogate}/gu, '\uFFFD');
}
