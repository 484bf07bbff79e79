import { pino } from 'pino';
import { z } from 'zod';

export const log = pino();
export const schema = z.string();
