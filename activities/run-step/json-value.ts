import { z } from 'zod';
import type { Json } from '../../core';

/** Any JSON value, with the type that the rest of the engine has for it. */
export const JsonValue: z.ZodType<Json> = z.json();
