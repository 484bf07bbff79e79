import { DuckDBTimestampValue, type DuckDBValue } from '@duckdb/node-api';
import { FeatureSpec } from '../../../steps';
import { generator } from './dirty-rows';

/** Every rule that a feature may have. */
export const ruled = FeatureSpec.parse({
  features: [
    {
      kind: 'number',
      name: 'miles',
      column: 'miles',
      missing: [-999, 0.1],
      otherwise: { column: 'km', times: 0.6213712, plus: -0.25 },
      clip: { min: { quantile: 0.01 }, max: { quantile: 0.99 } },
      impute: 'median',
    },
    { kind: 'number', name: 'mean', column: 'fare', clip: [-50.1, 400.3], impute: 'mean' },
    { kind: 'number', name: 'mode', column: 'seats', missing: [0], impute: 'mode' },
    { kind: 'number', name: 'constant', column: 'fare', clip: { max: 1e5 }, impute: { value: -1.1 } },
    { kind: 'number', name: 'open', column: 'fare', otherwise: 'seats', clip: { min: { quantile: 0.05 } } },
    {
      kind: 'category',
      name: 'city',
      column: 'city',
      otherwise: 'place',
      normalise: ['trim', 'nfc', 'lower'],
      map: { 'Los Angeles': 'LAX', 'n/a': null },
      impute: 'mode',
    },
    { kind: 'category', name: 'constant-city', column: 'city', normalise: ['trim', 'nfc'], impute: { value: 'none' } },
    { kind: 'category', name: 'plain-city', column: 'city', otherwise: 'place' },
    {
      kind: 'calendar',
      name: 'hour',
      column: 'at',
      part: 'hour',
      missing: [0, 253_402_300_799_000],
      otherwise: 'planned',
    },
    { kind: 'calendar', name: 'day', column: 'at', part: 'day-of-week', otherwise: 'planned' },
    {
      kind: 'number',
      name: 'trip',
      column: 'miles',
      repair: [
        { where: { text: 'city', equals: { column: 'place' } }, to: null },
        {
          where: {
            all: [
              { number: 'miles', below: 0 },
              { number: 'km', is: 'present' },
            ],
          },
          to: { column: 'km', times: 0.62 },
        },
        {
          where: {
            any: [
              { number: 'seats', oneOf: [0, 160] },
              { timestamp: 'planned', below: { column: 'at' } },
            ],
          },
          to: { value: 12.1 },
        },
        {
          where: { not: { number: 'fare', atMost: { column: 'miles' } } },
          to: { column: 'miles', times: 0.5, plus: 1 },
        },
      ],
      missing: [-999, 0],
      otherwise: ['km', { column: 'fare', times: 2.3 }],
      clip: { max: { quantile: 0.98 } },
      impute: 'median',
    },
    {
      kind: 'number',
      name: 'bare-repair',
      column: 'fare',
      repair: [{ where: { number: 'fare', above: -5, atMost: 300.7, is: 'present' }, to: { column: 'km', plus: -3 } }],
    },
    {
      kind: 'category',
      name: 'stop',
      column: 'city',
      repair: [
        { where: { timestamp: 'at', is: 'missing' }, to: { value: " lax's Åre" } },
        { where: { number: 'fare', above: 500 }, to: { column: 'place' } },
        { where: { text: 'place', oneOf: ['n/a ', 'åre', 'ÅRE'] }, to: null },
        {
          where: { all: [{ text: 'region', equals: 'LAX' }, { not: { any: [{ text: 'city', is: 'missing' }] } }] },
          to: { value: 'São' },
        },
      ],
      otherwise: ['place', 'region'],
      normalise: ['trim', 'lower'],
      impute: 'mode',
    },
    {
      kind: 'category',
      name: 'bare-stop',
      column: 'region',
      repair: [{ where: { text: 'region', is: 'missing' }, to: { column: 'city' } }],
    },
    {
      kind: 'calendar',
      name: 'minute',
      column: 'at',
      part: 'minute',
      repair: [
        { where: { timestamp: 'at', oneOf: [0, 951_782_400_000] }, to: { value: 1_234_567_890_123 } },
        { where: { timestamp: 'at', atLeast: { column: 'planned' } }, to: { column: 'arrived' } },
        { where: { timestamp: 'at', below: -62_135_596_799_999 }, to: null },
        { where: { text: 'city', equals: 'LAX' }, to: null },
      ],
      missing: [-1],
      otherwise: ['planned', 'arrived'],
    },
  ],
});

/** The columns of {@link dirty} rows in SQL. */
export const COLUMNS =
  'miles DOUBLE, km DOUBLE, fare DOUBLE, seats INTEGER, city VARCHAR, place VARCHAR, "at" TIMESTAMP, planned TIMESTAMP, delay DOUBLE, region VARCHAR, arrived TIMESTAMP';
const NUMBERS = [NaN, Infinity, -Infinity, 0, -0, -999, 0.1, 1e300, -1e300, 1e-300, 3.4028234663852886e38, 1e9, -1e9];
const SEEN = [
  'LAX',
  ' lax ',
  'Los Angeles',
  'LOS ANGELES\t',
  'ÅRE',
  'A\u030are',
  'åre',
  '',
  '   ',
  'N/A',
  'n/a ',
  'São',
];
const UNSEEN = ['🛫', 'XXX', '\t\t', 'LAX\u200b', 'None', '\0lax', 'lax\0', 'Sa\u0303o Paulo', 'ﬁj'];
const INSTANTS = [0n, -1n, 253_402_300_799_000_000n, -62_135_596_800_000_000n, 951_782_400_000_000n];

/** Rows that need every rule; spellings that training has not seen only where asked for. */
export function dirty(count: number, seed: number, unseen: boolean): DuckDBValue[][] {
  const random = generator(seed);
  const pick = <T>(list: readonly T[]): T | null => list[Math.floor(random() * list.length)] ?? null;
  const number = (value: number) => (random() < 0.12 ? pick(NUMBERS) : random() < 0.12 ? null : value);
  const instant = () => {
    const at = random() < 0.2 ? pick(INSTANTS) : BigInt(Math.floor((random() - 0.3) * 4e15));
    return at === null || random() < 0.1 ? null : new DuckDBTimestampValue(at);
  };
  const text = () => (random() < 0.15 ? null : pick(unseen ? [...SEEN, ...UNSEEN] : SEEN));
  return Array.from({ length: count }, () => {
    const miles = random() * 3_000;
    const city = text();
    const late = city?.toLowerCase().startsWith('l') ? 12 : 0;
    return [
      number(miles),
      number(miles * 1.609),
      number((random() - 0.2) * 800),
      random() < 0.2 ? null : Math.floor(random() * 5) * 40,
      city,
      text(),
      instant(),
      instant(),
      late + random() * 20 - (miles > 1_500 ? 8 : 0),
      text(),
      instant(),
    ];
  });
}
