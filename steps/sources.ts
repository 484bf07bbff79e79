import { z } from 'zod';

const name = z.string().min(1);
const oneCharacter = z.string().length(1);

/** Comma-separated values (or other ones), a row a line. Only UTF-8, UTF-16 and Latin-1 are read. */
const Csv = z.object({
  kind: z.literal('csv'),
  /** What parts the values. Left out: whichever of comma, semicolon, tab and bar shows the declared columns in the header. */
  delimiter: oneCharacter.optional(),
  /** What values that hold delimiters or ends of lines stand in. Default `"`; doubled, it stands for itself. */
  quote: oneCharacter.optional(),
  /** The columns of files without a header line. Left out: the first line names them. */
  names: z.array(name).min(1).optional(),
  /** Default `utf-8`. */
  encoding: z.enum(['utf-8', 'utf-16', 'latin-1']).optional(),
  /** What parts the whole of a number from its fraction. Default `.` */
  decimal: z.enum(['.', ',']).optional(),
  /** Texts that mean that there is no value. Default: the empty one. */
  nulls: z.array(z.string()).min(1).optional(),
  /** How instants are written, in the letters of strptime: `%d/%m/%Y %H:%M`. Left out: ISO 8601, in UTC where none is said. */
  instants: name.optional(),
});
export type Csv = z.infer<typeof Csv>;

/** JSON objects, a row each: the items of an array, or one a line. */
const JsonRows = z.object({
  kind: z.literal('json'),
  /** Left out: found by the file's beginning. */
  layout: z.enum(['array', 'lines']).optional(),
  /** As of {@link Csv}. */
  instants: name.optional(),
});
export type JsonRows = z.infer<typeof JsonRows>;

/** What the files of a source hold. */
export const Format = z.discriminatedUnion('kind', [z.object({ kind: z.literal('parquet') }), Csv, JsonRows]);
export type Format = z.infer<typeof Format>;

/** A Parquet file by its path (relative to the project). */
const ParquetFile = z.object({ kind: z.literal('parquet'), path: name });

/** A Parquet file by package and path inside it. */
const PackageFile = z.object({ kind: z.literal('package'), package: name, path: name });

/** Files by their paths (relative to the project); `*`, `?`, `[ab]` and `**` match several. In the order of their paths, each once. */
const Files = z.object({ kind: z.literal('files'), paths: z.array(name).min(1), format: Format });

/** A file that a server gives by HTTP or HTTPS. It is fetched whole, and kept while the server says that it has not changed. */
const Http = z.object({
  kind: z.literal('http'),
  /** Without a user's name or a password, which would stand in plans and records: {@link HttpSource.headers} has them. */
  url: z.url({ protocol: /^https?$/ }).refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), {
    error: 'a key does not stand in an address: name a resource with headers',
  }),
  format: Format,
  /** What the file's SHA-256 has to be, in hex. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** Bytes at most. Default: 4 GiB. */
  maxBytes: z.int().positive().optional(),
  /** The name of a resource that holds headers, `{"authorization": "Bearer ..."}`, for the address's own origin. */
  headers: name.optional(),
});
export type HttpSource = z.infer<typeof Http>;

/** The rows of a query, in a transaction that can only read. Of its rows only those of the window are asked for. */
const Postgres = z.object({
  kind: z.literal('postgres'),
  /** The name of the resource that is the connection: {@link PostgresConnection}. */
  resource: name,
  /** One SELECT, without parameters. Its columns are those that are declared, by name; others are left out. */
  query: name,
});
export type PostgresSource = z.infer<typeof Postgres>;

/**
 * What a resource holds that a source of the kind `postgres` names.
 *
 * @example
 * export const warehouse = resource('warehouse', PostgresConnection);
 */
export const PostgresConnection = z.object({
  host: name,
  port: z.int().min(1).max(65_535).default(5432),
  database: name,
  user: name,
  password: z.string().optional(),
  /** Off only for a database beside the worker: the server's certificate is checked. */
  ssl: z.boolean().default(true),
  /** In PEM, where the server's certificate is not of a public authority. */
  ca: z.string().optional(),
});
export type PostgresConnection = z.infer<typeof PostgresConnection>;

/** Where rows come from. docs/DATA.md says what each kind does with bad data. */
export const Source = z.discriminatedUnion('kind', [ParquetFile, PackageFile, Files, Http, Postgres]);
export type Source = z.infer<typeof Source>;

/** A source of files that this machine has. */
export type LocalSource = Extract<Source, { readonly kind: 'parquet' | 'package' | 'files' }>;
