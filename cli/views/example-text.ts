import { isList, isObject, type Json } from '../../core/plan/json';

/** A text of each format that a JSON schema names, as zod writes them. */
const BY_FORMAT = new Map([
  ['email', 'ana@example.com'],
  ['uri', 'https://example.com'],
  ['uuid', '00000000-0000-4000-8000-000000000000'],
  ['date', '2026-02-01'],
  ['date-time', '2026-02-01T06:00:00Z'],
  ['time', '06:00:00'],
  ['duration', 'P1D'],
  ['ipv4', '192.0.2.1'],
  ['ipv6', '2001:db8::1'],
  ['cidrv4', '192.0.2.0/24'],
  ['cidrv6', '2001:db8::/32'],
  ['hostname', 'example.com'],
  ['e164', '+12025550100'],
  ['base64', 'YWJj'],
]);

/** What patterns often ask for. */
const OFTEN = [
  'abc',
  'ABC',
  'a',
  'A',
  'x-1',
  'A1',
  '1',
  '123',
  'ab',
  'AB',
  '1.0',
  '1.0.0',
  '06:00',
  '2026-02',
  '#000000',
];

/**
 * A text that a JSON schema takes, of its format or one that its patterns let through. null: none is known.
 *
 * @example
 * exampleText({ type: 'string', format: 'date' }) // '2026-02-01'
 */
export function exampleText(schema: { readonly [key: string]: Json }): string | null {
  const { format, minLength, maxLength } = schema;
  const [least, most] = [numberOr(minLength, 0), numberOr(maxLength, Infinity)];
  const patterns = patternsOf(schema);
  if (patterns === null) return null;
  const ofFormat = typeof format === 'string' ? BY_FORMAT.get(format) : undefined;
  // A format without a pattern that is not known here says nothing of what it takes.
  if (format !== undefined && ofFormat === undefined && patterns.length === 0) return null;
  const candidates = [
    ...(ofFormat === undefined ? ['x'.repeat(Math.max(1, least)), ...OFTEN, ...BY_FORMAT.values()] : [ofFormat]),
  ];
  const fits = (text: string): boolean =>
    text.length >= least && text.length <= most && patterns.every((pattern) => pattern.test(text));
  return candidates.find(fits) ?? null;
}

/** null: one cannot be read. */
function patternsOf(schema: { readonly [key: string]: Json }): readonly RegExp[] | null {
  const { allOf = [] } = schema;
  const parts = [schema, ...(isList(allOf) ? allOf : [])].map((part) => (isObject(part) ? part['pattern'] : undefined));
  try {
    return parts.flatMap((pattern) => (typeof pattern === 'string' ? [new RegExp(pattern, 'u')] : []));
  } catch {
    return null;
  }
}

function numberOr(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
