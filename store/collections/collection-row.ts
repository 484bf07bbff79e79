/** A file that rows came from. */
export interface CollectedFile {
  /** Without what may be secret. */
  readonly name: string;
  readonly bytes: number;
  /** Of what was fetched: its digest, under which the artifact store keeps it. */
  readonly sha256: string | null;
  /** What the server called its content. */
  readonly etag: string | null;
}

/** What one collect read. Instants are ISO 8601 in UTC. */
export interface CollectionRow {
  readonly run: string;
  readonly address: string;
  readonly source: string;
  /** SHA-256 of the source as it was declared. */
  readonly sourceKey: string;
  /** The column that windows cut by. */
  readonly time: string;
  /** Digest of the data set version. */
  readonly dataset: string;
  readonly window: { readonly from: string; readonly to: string };
  /** Of the rows collected, to the microsecond. */
  readonly oldest: string;
  readonly newest: string;
  readonly rows: number;
  readonly files: readonly CollectedFile[];
}
