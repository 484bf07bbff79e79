import { z } from 'zod';
import { handWritten, step } from '../../../../core';

const At = { folder: z.string() };
const N = z.object({ n: z.number() });
const From = z.object({ ...At, n: z.number().default(1) });
const once = { cache: false, retry: { attempts: 1 } } as const;

export const extract = step('extract', { input: From, output: N });
/** On another pool than the one whose workers begin the run. */
export const fitModel = step('fit-model', { input: From, output: N, pool: 'gpu', tags: ['team:risk'] });
export const touch = step('touch', { input: From, output: N, light: true });
/** Fails as long as a file is there. */
export const ship = step('ship', { input: From, output: N, ...once });
/** Runs until it is stopped. */
export const hold = step('hold', { input: From, output: N, heartbeat: '3s', ...once });
export const undo = step('undo', { input: From, output: N, ...once });

const all = { extract, fit: fitModel, touch, ship, hold, undo };
export const nightly = handWritten('nightly', all);
export const saga = handWritten('saga', all);
export const careful = handWritten('careful', all);
export const broken = handWritten('broken', all);
export const wrong = handWritten('wrong', all);
export const endless = handWritten('endless', all);
export const delivery = handWritten('delivery', all);
export const late = handWritten('late', all);
export const attentive = handWritten('attentive', all);
