/* oxlint-disable typescript/no-unsafe-member-access, typescript/no-unsafe-assignment -- what the compiler refuses has the type of an error */
// Danger: code reads a resource that its step does not declare, or takes a secret for its text, and it compiles.
import { z } from 'zod';
import {
  implement,
  notSecret,
  resource,
  type ResourceValues,
  resourceValues,
  type Secret,
  secret,
  step,
  type StepContract,
} from '../../core';
import type { EngineContext } from '../../activities/run-step';
import { type Equal, holds } from './equal';

const warehouse = resource(
  'warehouse',
  z.object({ host: notSecret(z.string()), port: z.coerce.number(), password: secret(z.string()).optional() }),
);
const bucket = resource('bucket', z.string());
const io = { input: z.object({}), output: z.object({ text: z.string() }) };
const load = step('load', { ...io, resources: { db: warehouse, bucket } });
const idle = step('idle', io);

// The values have the types that the schemas parse to, under the names that the contract has for them.
type Values = { db: { host: string; port: number; password?: Secret<string> | undefined }; bucket: string };
holds<Equal<ResourceValues<(typeof load)['resources']>, Readonly<Values>>>();
holds<Equal<keyof (typeof idle)['resources'], never>>();

export const loading = implement({ load }, { load: (_, { resources: { db, bucket: b } }) => ({ text: db.host + b }) });
export const idling = implement({ idle }, { idle: () => ({ text: '' }) });
export const inTests = async (): Promise<string> =>
  (await resourceValues(load.resources, { warehouse: { host: 'h', port: 1 }, bucket: 'b' })).db.host;
// A handler may still ask for more than a step's context, as the engine's own steps do.
export const engine = implement(
  { load },
  { load: (_, ctx: EngineContext<(typeof load)['resources']>) => ({ text: ctx.resources.bucket }) },
);
// Contracts are contracts, whatever they need.
export const all: readonly StepContract[] = [load, idle];

// @ts-expect-error a resource that the step does not declare
implement({ load }, { load: (_, ctx) => ({ text: ctx.resources.warehouse.host }) });
// @ts-expect-error any resource of a step that declares none
implement({ idle }, { idle: (_, ctx) => ({ text: ctx.resources.bucket }) });
// @ts-expect-error a field that the schema does not have
implement({ load }, { load: (_, ctx) => ({ text: ctx.resources.db.user }) });
// @ts-expect-error a secret where its text is asked
implement({ load }, { load: (_, ctx) => ({ text: ctx.resources.db.password ?? '' }) });
// @ts-expect-error a schema where a resource is asked
step('wrong', { ...io, resources: { db: z.string() } });
