/** The part of s3rver that tests use: a server that speaks S3, on a folder. It comes without types. */
declare module 's3rver' {
  import type { Server } from 'node:http';

  interface S3rver {
    readonly httpServer: Server;
    run(): Promise<{ port: number }>;
    close(): Promise<void>;
  }
  const S3rver: new (options: {
    address: string;
    port: number;
    silent: boolean;
    directory: string;
    vhostBuckets: boolean;
    configureBuckets: readonly { name: string }[];
  }) => S3rver;
  export default S3rver;
}
