import type { z } from 'zod';
import type { CleaningRule, Columns, Expectation, FeatureSpec, Label, QuarantineRule, Source } from '../../steps';

/**
 * 3,201 films up to 2010 with budgets, takings and ratings (by way of vega-datasets): three sources that somebody joined by
 * the title. Numbers as titles, letters of another encoding, years of two digits read as years to come, 0 for what nobody
 * knows, the votes of a remake beside both films, and most columns with holes.
 */
export const movies = {
  kind: 'package',
  package: 'vega-datasets',
  path: 'data/movies.json',
  // Films are called 300, 9 and 1776.
  format: { kind: 'json', texts: 'scalars', instants: '%b %d %Y' },
} as const satisfies Source;

/**
 * Rating and votes are read as texts, and parsed by a rule: a value that is no number costs its row then, and not the
 * collection.
 */
export const columns: Columns = {
  Title: 'text',
  'Release Date': 'timestamp',
  'IMDB Rating': 'text',
  'IMDB Votes': 'text',
  'Rotten Tomatoes Rating': 'integer',
  'Production Budget': 'integer',
  'US Gross': 'integer',
  'Worldwide Gross': 'integer',
  'Running Time min': 'integer',
  'MPAA Rating': 'text',
  'Major Genre': 'text',
  'Creative Type': 'text',
  Source: 'text',
  Distributor: 'text',
};

/** The column that windows cut by: as the table has it, with films of 1915 in 2015. */
export const time = 'Release Date';

/** When the films came out, by the dates as they are after cleaning. */
export const released = { from: '1900-01-01T00:00:00.000Z', to: '2012-01-01T00:00:00.000Z' };

/** Better than half of the films: their median is 6.4. */
export const liked: Label = { column: 'IMDB Rating', atLeast: 6.5 };

/** What is wrong with the table as a whole, or with what no request brings. What requests bring as well, the features repair. */
export const rules: z.input<typeof CleaningRule>[] = [
  { kind: 'parse', name: 'rating_unreadable', column: 'IMDB Rating', as: 'number', onFailure: 'quarantine' },
  { kind: 'parse', name: 'votes_unreadable', column: 'IMDB Votes', as: 'integer', onFailure: 'quarantine' },
  {
    // Bytes of Latin-1 that somebody read as those of a Macintosh: the column's letters are these, and no title has them by right.
    kind: 'repair',
    name: 'letters_of_another_encoding',
    column: 'Title',
    where: `regexp_matches("Title", '[ÈËÍÎÙÛ·‡‰˘ÖΩ]')`,
    to: `translate("Title", 'ÈËÍÎÙÛ·‡‰˘ÖΩ', 'éèêëôóáàäù…½')`,
  },
  // One film under two titles is no duplicate to anybody: 'King Kong (1933)', 'Fantasia 2000 (IMAX)', 'Secret, The'.
  {
    kind: 'replace',
    name: 'addition_to_title',
    columns: ['Title'],
    pattern: '\\((\\d{4}|IMAX|[A-Za-z]+ Release)\\)$',
    with: '',
  },
  { kind: 'replace', name: 'spaces_in_a_row', columns: ['Title'], pattern: '\\s{2,}', with: ' ' },
  { kind: 'trim', name: 'spaces_around', columns: ['Title', 'Distributor'] },
  { kind: 'replace', name: 'article_behind', columns: ['Title'], pattern: '^(.*), (The|A|An)$', with: '\\2 \\1' },
  {
    // Whoever wrote the table out took '15' for 2015. It ends with films announced for 2011.
    kind: 'repair',
    name: 'century_too_late',
    column: 'Release Date',
    where: `"Release Date" >= TIMESTAMP '2012-01-01'`,
    to: `"Release Date" - INTERVAL 100 YEAR`,
  },
  // Nobody has taken nothing: figures of the data set would be too low.
  { kind: 'map', name: 'us_gross_unknown', column: 'US Gross', values: { 0: null } },
  { kind: 'map', name: 'gross_unknown', column: 'Worldwide Gross', values: { 0: null } },
];

/** Films that cannot teach anything true, by reason. */
export const quarantine: QuarantineRule[] = [
  { kind: 'missing', reason: 'title_missing', column: 'Title' },
  { kind: 'missing', reason: 'rating_missing', column: 'IMDB Rating' },
  { kind: 'outside', reason: 'rating_impossible', column: 'IMDB Rating', min: 1, max: 10 },
  // 'Commando' with 49 votes is another film of that name: the join took the wrong one.
  { kind: 'outside', reason: 'votes_too_few', column: 'IMDB Votes', min: 100 },
];

/** Rating and votes were joined by the title, so that a remake's stand beside the old film, too. The newer film keeps them. */
export const uniqueBy = ['Title', 'IMDB Rating', 'IMDB Votes'];

/** What a request brings as well: it is in the model, fitted on the training films alone. */
export const features: z.input<typeof FeatureSpec> = {
  features: [
    { kind: 'number', name: 'critics', column: 'Rotten Tomatoes Rating', clip: [0, 100] },
    {
      kind: 'number',
      name: 'budget',
      column: 'Production Budget',
      missing: [0],
      clip: { min: { quantile: 0.01 }, max: { quantile: 0.99 } },
      impute: 'median',
    },
    {
      kind: 'number',
      name: 'us-gross',
      column: 'US Gross',
      missing: [0],
      // Films took 1.27 times as much in the world as in the US, by their median.
      otherwise: { column: 'Worldwide Gross', times: 0.785 },
      clip: { max: { quantile: 0.99 } },
    },
    { kind: 'number', name: 'running-time', column: 'Running Time min', clip: [60, 180], impute: 'median' },
    {
      kind: 'category',
      name: 'mpaa-rating',
      column: 'MPAA Rating',
      normalise: ['trim', 'lower'],
      // 'Open' is no rating that there ever was; a film without one was not rated.
      map: { open: 'not rated', unrated: 'not rated' },
      impute: { value: 'not rated' },
    },
    {
      kind: 'category',
      name: 'genre',
      column: 'Major Genre',
      normalise: ['trim', 'lower'],
      map: { 'black comedy': 'comedy', 'romantic comedy': 'comedy', 'concert/performance': 'musical' },
      impute: 'mode',
    },
    { kind: 'category', name: 'creative-type', column: 'Creative Type', map: { 'MULTIPLE CREATIVE TYPES': null } },
    {
      kind: 'category',
      name: 'source',
      column: 'Source',
      normalise: ['trim', 'lower'],
      map: {
        'based on factual book/article': 'based on real life events',
        'based on magazine article': 'based on real life events',
        'musical group movie': 'based on musical/opera',
        'disney ride': 'based on game',
        'based on toy': 'based on game',
      },
    },
    {
      kind: 'category',
      name: 'distributor',
      column: 'Distributor',
      normalise: ['trim', 'nfc', 'lower'],
      map: {
        'distributor unknown': null,
        'sony/columbia': 'sony pictures',
        'sony/screen gems': 'sony pictures',
        'sony/tristar': 'sony pictures',
        'miramax/dimension': 'miramax',
        'weinstein/dimension': 'weinstein co.',
        'focus/rogue pictures': 'focus features',
        'mgm/ua classics': 'mgm',
      },
    },
  ],
};

/** What the clean films have to be, and what is only looked at. */
export const expectations: Expectation[] = [
  { kind: 'row-count', severity: 'fail', min: 2_500 },
  { kind: 'columns', severity: 'fail', names: Object.keys(columns), exactly: true },
  { kind: 'type', severity: 'fail', column: 'IMDB Rating', is: 'number' },
  { kind: 'type', severity: 'fail', column: 'IMDB Votes', is: 'integer' },
  { kind: 'not-null', severity: 'fail', column: 'Title', maxShare: 0 },
  { kind: 'not-null', severity: 'fail', column: 'IMDB Rating', maxShare: 0 },
  { kind: 'unique', severity: 'fail', columns: ['Title', 'Release Date'] },
  { kind: 'range', severity: 'fail', column: 'IMDB Rating', min: 1, max: 10 },
  { kind: 'range', severity: 'fail', column: 'Rotten Tomatoes Rating', min: 0, max: 100 },
  { kind: 'range', severity: 'fail', column: 'US Gross', min: 1 },
  { kind: 'time-range', severity: 'fail', column: time, ...released },
  { kind: 'not-regex', severity: 'fail', column: 'Title', pattern: '[ÈËÍÎÙÛ·‡‰˘ÖΩ]|\\s{2}|^\\s|\\s$|, The$' },
  { kind: 'compare', severity: 'fail', left: 'US Gross', is: '<=', right: 'Worldwide Gross' },
  {
    kind: 'class-balance',
    severity: 'fail',
    column: 'IMDB Rating',
    atLeast: liked.atLeast,
    minShare: 0.3,
    maxShare: 0.7,
  },
  {
    kind: 'in-set',
    severity: 'warn',
    column: 'MPAA Rating',
    values: ['G', 'PG', 'PG-13', 'R', 'NC-17', 'Not Rated'],
  },
  { kind: 'not-null', severity: 'warn', column: 'Running Time min', maxShare: 0.5 },
  { kind: 'distinct-count', severity: 'warn', column: 'Major Genre', min: 8, max: 20 },
  { kind: 'quantile', severity: 'warn', column: 'Running Time min', q: 0.5, min: 90, max: 130 },
  {
    kind: 'sql',
    severity: 'warn',
    name: 'no letter of the film board before it gave any',
    holds: `"Release Date" >= DATE '1968-11-01' OR "MPAA Rating" IS NULL OR "MPAA Rating" = 'Not Rated'`,
  },
];

/** What would make a candidate look better on the test part than it is, and what tells that the two parts differ. */
export const leakage: Expectation[] = [
  { kind: 'same-schema', severity: 'fail', reference: 'train' },
  { kind: 'no-overlap', severity: 'fail', reference: 'train', columns: ['Title', 'Release Date'] },
  { kind: 'predicts-label', severity: 'fail', column: 'Production Budget', label: liked, maxAuc: 0.8 },
  { kind: 'predicts-label', severity: 'fail', column: 'Rotten Tomatoes Rating', label: liked, maxAuc: 0.95 },
  { kind: 'known-values', severity: 'warn', column: 'Distributor', reference: 'train', maxShare: 0.05 },
];
