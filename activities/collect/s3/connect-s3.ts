import { Readable } from 'node:stream';
import type { GetObjectCommandInput, S3ClientConfig } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { S3Connection, S3Source } from '../../../steps/sources';
import { checkedAgents } from './checked-agents';

/** Tries of a request that brings no answer, or one that says to try again; the SDK makes them, with growing pauses. */
const TRIES = 3;
const CONNECT_WITHIN = 15_000;
const DEFAULT_REGION = 'us-east-1';

/** Where objects are, and who asks. */
export interface S3Place extends Pick<S3Source, 'bucket' | 'region' | 'endpoint'> {
  /** Null: anybody. */
  readonly connection: S3Connection | null;
  /** Hosts that may lie inside the network. */
  readonly allowed: readonly string[];
  /** Longest wait for an answer, ms. */
  readonly stall: number;
}

/** An object that S3 began to send. */
export interface S3Answer {
  readonly status: number;
  readonly body: Readable;
  readonly bytes: number | undefined;
  readonly etag: string | undefined;
  readonly range: string | undefined;
  readonly encoding: string | undefined;
}

/** A part of a bucket's list. */
export interface S3Page {
  readonly objects: readonly { readonly key: string; readonly bytes: number; readonly etag: string | null }[];
  /** What the next part is asked for with; null: this is the last one. */
  readonly next: string | null;
}

/** One bucket that can be asked. What it throws is the SDK's. */
export interface S3Bucket {
  readonly region: string;
  readonly get: (
    key: string,
    conditions: Pick<GetObjectCommandInput, 'Range' | 'IfMatch' | 'IfNoneMatch'>,
    signal: AbortSignal,
  ) => Promise<S3Answer>;
  /** Resolves to null for an answer that is no list of this bucket. */
  readonly list: (prefix: string, next: string | null, signal: AbortSignal) => Promise<S3Page | null>;
  readonly end: () => void;
}

/** The SDK is loaded when the first bucket is asked: it takes a sixth of a second, which nobody else shall pay. */
export async function connectS3(place: S3Place): Promise<S3Bucket> {
  const { S3Client, GetObjectCommand, ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  const { bucket, connection } = place;
  const region = place.region ?? connection?.region ?? DEFAULT_REGION;
  const agents = checkedAgents(place.allowed);
  const client = new S3Client({
    ...credentialsOf(connection),
    ...endpointOf(place),
    region,
    maxAttempts: TRIES,
    retryMode: 'standard',
    // A bucket that lies elsewhere is told: a request that was led on would go to a place that nobody named.
    followRegionRedirects: false,
    requestHandler: {
      ...agents,
      connectionTimeout: CONNECT_WITHIN,
      requestTimeout: place.stall,
      throwOnRequestTimeout: true,
    },
  });
  return {
    region,
    async get(key, conditions, signal) {
      const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...conditions });
      const answer = await client.send(command, { abortSignal: signal });
      const body = answer.Body instanceof Readable ? answer.Body : Readable.from([]);
      return {
        status: answer.$metadata.httpStatusCode ?? 0,
        body,
        bytes: answer.ContentLength,
        etag: answer.ETag,
        range: answer.ContentRange,
        encoding: answer.ContentEncoding,
      };
    },
    async list(prefix, next, signal) {
      const command = new ListObjectsV2Command({
        Bucket: bucket,
        // Keys may have letters that XML cannot.
        EncodingType: 'url',
        ...(prefix === '' ? {} : { Prefix: prefix }),
        ...(next === null ? {} : { ContinuationToken: next }),
      });
      return pageOf(await client.send(command, { abortSignal: signal }), bucket);
    },
    end() {
      client.destroy();
      agents.httpAgent.destroy();
      agents.httpsAgent.destroy();
    },
  };
}

const Listed = z.object({
  Name: z.string(),
  EncodingType: z.string().optional(),
  IsTruncated: z.boolean().default(false),
  NextContinuationToken: z.string().min(1).optional(),
  Contents: z
    .array(z.object({ Key: z.string().min(1), Size: z.int().min(0), ETag: z.string().min(1).optional() }))
    .default([]),
});

/** A page without a token for the one that is said to follow is no list: what comes after would be missed in silence. */
function pageOf(answer: unknown, bucket: string): S3Page | null {
  const listed = Listed.safeParse(answer);
  if (!listed.success || listed.data.Name !== bucket) return null;
  const { Contents, EncodingType, IsTruncated, NextContinuationToken = null } = listed.data;
  if (IsTruncated && NextContinuationToken === null) return null;
  const plain = EncodingType === 'url' ? decoded : (key: string) => key;
  try {
    const objects = Contents.map(({ Key, Size, ETag = null }) => ({ key: plain(Key), bytes: Size, etag: ETag }));
    return { objects, next: IsTruncated ? NextContinuationToken : null };
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

function decoded(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}

/** Without a connection nothing is signed, and no credentials of the worker are looked for. */
function credentialsOf(connection: S3Connection | null): Pick<S3ClientConfig, 'credentials' | 'signer'> {
  if (connection === null) {
    return {
      credentials: { accessKeyId: '', secretAccessKey: '' },
      signer: { sign: (request) => Promise.resolve(request) },
    };
  }
  const { accessKeyId, secretAccessKey, sessionToken } = connection;
  // Left out, the SDK looks for those of the worker.
  if (accessKeyId === undefined || secretAccessKey === undefined) return {};
  return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) } };
}

function endpointOf(place: S3Place): Pick<S3ClientConfig, 'endpoint' | 'forcePathStyle'> {
  const endpoint = place.endpoint ?? place.connection?.endpoint;
  const forcePathStyle = place.connection?.forcePathStyle ?? endpoint !== undefined;
  return { forcePathStyle, ...(endpoint !== undefined && { endpoint }) };
}
