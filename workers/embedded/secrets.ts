import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writePrivate } from './stack-file';

/** What a state folder keeps secret (mode 0600). Two state folders never share one. */
const Secrets = z.object({ postgresPassword: z.string(), token: z.string() });
export type Secrets = z.infer<typeof Secrets>;

/** The secrets of a state folder; `made` is true when there were none, so that no data of before can be opened. */
export function secretsOf(state: string): Secrets & { made: boolean } {
  const path = join(state, 'secrets.json');
  const known = Secrets.safeParse(readJson(path));
  if (known.success) return { ...known.data, made: false };
  const secrets = { postgresPassword: random(), token: random() };
  writePrivate(path, secrets);
  return { ...secrets, made: true };
}

function random(): string {
  return randomBytes(24).toString('base64url');
}
