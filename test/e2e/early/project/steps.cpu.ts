import { implement } from '../../../../core';
import { plus } from './contracts';

export const cpu = implement({ plus }, { plus: ({ n }) => ({ n: n + 1 }) });
