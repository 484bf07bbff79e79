import { z } from 'zod';

const name = z.string().min(1);
const oneCharacter = z.string().length(1);
const maxUnpacked = z.int().positive().optional();

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
  /** Bytes that a file in gzip may unpack to. Default: 64 GiB. */
  maxUnpacked,
});
export type Csv = z.infer<typeof Csv>;

/** JSON objects, a row each: the items of an array, or one a line. */
const JsonRows = z.object({
  kind: z.literal('json'),
  /** Left out: found by the file's beginning. */
  layout: z.enum(['array', 'lines']).optional(),
  /**
   * What a column of texts takes: strings alone (the default), or numbers and booleans too, each as JSON writes it in short (`1.50`
   * is `1.5`): a film is called 300. Objects and arrays are no texts.
   */
  texts: z.enum(['strings', 'scalars']).optional(),
  /** As of {@link Csv}. */
  instants: name.optional(),
  /** As of {@link Csv}. */
  maxUnpacked,
});
export type JsonRows = z.infer<typeof JsonRows>;

/** What the files of a source hold. */
export const Format = z.discriminatedUnion('kind', [z.object({ kind: z.literal('parquet') }), Csv, JsonRows]);
export type Format = z.infer<typeof Format>;

/** A Parquet file by its path (relative to the project). */
const ParquetFile = z.object({ kind: z.literal('parquet'), path: name });

/** A file by package and path inside it; Parquet, where no other format is said. */
const PackageFile = z.object({
  kind: z.literal('package'),
  package: name,
  path: name,
  format: Format.optional(),
});

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

const region = z.string().regex(/^[a-z0-9-]{1,63}$/);
const endpoint = z.url({ protocol: /^https?$/ }).refine((url) => !/[@?#]/.test(url), {
  error: 'an endpoint is an address alone: no key, query or fragment stands in it',
});

/** Objects of a bucket of S3, or of what speaks as S3 does. Each is fetched whole, and kept while it has not changed. */
const S3 = z
  .object({
    kind: z.literal('s3'),
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
    /** Keys, or patterns as of files: `*`, `?`, `[ab]` and `**`. In the order of the keys, each once. */
    keys: z.union([name, z.array(name).min(1)]),
    format: Format,
    /** The name of a resource that has the key pair: {@link S3Connection}. Left out: unsigned, as anybody asks. */
    resource: name.optional(),
    /** Default: the resource's, else `us-east-1`. */
    region: region.optional(),
    /** Where it is not Amazon's own S3, and nothing is signed: with a resource, that has the endpoint. */
    endpoint: endpoint.optional(),
    /** Bytes of all objects together at most. Default: 4 GiB. */
    maxBytes: z.int().positive().optional(),
  })
  .refine((source) => source.resource === undefined || source.endpoint === undefined, {
    error: 'the endpoint belongs into the resource: whoever has the key says where it is shown',
    path: ['endpoint'],
  });
export type S3Source = z.infer<typeof S3>;

/**
 * What a resource holds that a source of the kind `s3` names: a key pair, or the word that the worker's own credentials are
 * to be used.
 *
 * @example
 * export const lake = resource('lake', S3Connection);
 */
export const S3Connection = z
  .object({
    accessKeyId: name.optional(),
    secretAccessKey: name.optional(),
    /** Of temporary key pairs. */
    sessionToken: name.optional(),
    /** `worker`: instead of a key pair, what the worker's machine has (AWS_* variables, profile, role). */
    credentials: z.literal('worker').optional(),
    region: region.optional(),
    /** Where it is not Amazon's own S3. */
    endpoint: endpoint.optional(),
    /** The bucket stands in the path, not in the host's name. Default: with an endpoint it does. */
    forcePathStyle: z.boolean().optional(),
  })
  .refine(({ accessKeyId, secretAccessKey }) => (accessKeyId === undefined) === (secretAccessKey === undefined), {
    error: 'a key pair has both halves',
    path: ['secretAccessKey'],
  })
  .refine(({ accessKeyId, credentials }) => (accessKeyId === undefined) !== (credentials === undefined), {
    error: 'either a key pair or credentials',
    path: ['credentials'],
  });
export type S3Connection = z.infer<typeof S3Connection>;

/** Where rows come from. docs/DATA.md says what each kind does with bad data. */
export const Source = z.discriminatedUnion('kind', [ParquetFile, PackageFile, Files, Http, Postgres, S3]);
export type Source = z.infer<typeof Source>;

/** A source of files that this machine has. */
export type LocalSource = Extract<Source, { readonly kind: 'parquet' | 'package' | 'files' }>;
