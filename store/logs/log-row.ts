import type { Json } from '../../core/plan/json';

/** How much a line matters, the least first. */
export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LEVELS)[number];

/** Which execution a line is of. */
export interface ExecutionPlace {
  readonly run: string;
  readonly address: string;
  /** 0: a light step, which claims at its end. */
  readonly fence: number;
  /** Temporal's attempt number. */
  readonly attempt: number;
}

/** A line to be kept. */
export interface NewLine extends ExecutionPlace {
  /** Place among the lines of its execution, from 0. */
  readonly seq: number;
  /** ms since 1970, by the worker's clock. */
  readonly at: number;
  readonly level: LogLevel;
  readonly message: string;
  /** A JSON object as text. */
  readonly fields: string;
}

/** A line as it is kept. */
export interface LogRow extends ExecutionPlace {
  readonly seq: number;
  /** By the worker's clock, ISO 8601 in UTC. */
  readonly at: string;
  /** By the clock of the records. */
  readonly recorded_at: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: { readonly [name: string]: Json };
}
