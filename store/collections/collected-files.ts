import { z } from 'zod';

/** The files of a collection, as its row has them. */
export const CollectedFiles = z.array(
  z.object({ name: z.string(), bytes: z.int(), sha256: z.string().nullable(), etag: z.string().nullable() }),
);
