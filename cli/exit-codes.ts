import { isPerennialError } from '../core/errors';
import type { ErrorCode } from '../core/errors';

/** What a verb's exit code says. The same for every verb. */
export const EXIT = {
  /** Done. */
  done: 0,
  /** The work failed. */
  failed: 1,
  /** Wrong usage: an unknown verb, option, pipeline, or a config that is refused. */
  usage: 2,
  /** Something needed is not reachable. */
  unreachable: 3,
  /** A gate or a budget refused. */
  refused: 4,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Errors that end a verb with something else than 1. Each verb's author adds the codes of their room. */
const BY_CODE: Partial<Record<ErrorCode, ExitCode>> = {
  PER_STACK_001: EXIT.unreachable,
  PER_STACK_002: EXIT.unreachable,
  PER_STACK_003: EXIT.unreachable,
  PER_STACK_004: EXIT.unreachable,
  PER_STACK_005: EXIT.unreachable,
  PER_STACK_006: EXIT.unreachable,
  PER_STACK_007: EXIT.usage,
  PER_STACK_008: EXIT.unreachable,
  PER_STACK_009: EXIT.unreachable,
  PER_STACK_010: EXIT.unreachable,
  PER_STACK_011: EXIT.usage,
  PER_STACK_012: EXIT.usage,
  PER_STACK_014: EXIT.usage,
  PER_STACK_060: EXIT.usage,
  PER_STACK_063: EXIT.usage,
  PER_STACK_061: EXIT.usage,
  PER_STACK_064: EXIT.usage,
  PER_STACK_065: EXIT.usage,
  PER_STACK_073: EXIT.usage,
  PER_STACK_074: EXIT.usage,
  PER_STACK_080: EXIT.usage,
  PER_STACK_081: EXIT.refused,
  PER_RUN_160: EXIT.refused,
  PER_STACK_085: EXIT.usage,
  PER_STACK_086: EXIT.usage,
  PER_STACK_087: EXIT.usage,
  PER_STACK_088: EXIT.refused,
  PER_STACK_089: EXIT.usage,
  PER_STACK_100: EXIT.unreachable,
  PER_STACK_101: EXIT.unreachable,
  PER_STACK_102: EXIT.usage,
  PER_STACK_103: EXIT.usage,
  PER_STACK_104: EXIT.usage,
  PER_RUN_001: EXIT.usage,
  PER_RUN_009: EXIT.unreachable,
  PER_RUN_012: EXIT.usage,
  PER_RUN_013: EXIT.usage,
  PER_RUN_014: EXIT.usage,
  PER_RUN_015: EXIT.usage,
  PER_RUN_016: EXIT.usage,
  PER_RUN_060: EXIT.usage,
  PER_RUN_061: EXIT.usage,
  PER_RUN_062: EXIT.usage,
  PER_RUN_063: EXIT.usage,
  PER_RUN_030: EXIT.refused,
  PER_RUN_032: EXIT.refused,
  PER_RUN_033: EXIT.usage,
  PER_RUN_171: EXIT.refused,
  PER_RUN_172: EXIT.usage,
  PER_RUN_173: EXIT.failed,
  PER_RUN_174: EXIT.usage,
  PER_RUN_175: EXIT.refused,
  PER_RUN_034: EXIT.usage,
  PER_RUN_035: EXIT.usage,
  PER_RUN_036: EXIT.usage,
  PER_RUN_037: EXIT.usage,
  PER_RUN_038: EXIT.usage,
  PER_RUN_039: EXIT.usage,
  PER_RUN_040: EXIT.usage,
  PER_RUN_041: EXIT.usage,
  PER_RUN_042: EXIT.unreachable,
  PER_RUN_043: EXIT.usage,
  PER_RUN_046: EXIT.usage,
  PER_RUN_047: EXIT.usage,
  PER_RUN_048: EXIT.usage,
  PER_RUN_085: EXIT.usage,
  PER_RUN_120: EXIT.usage,
  PER_RUN_121: EXIT.usage,
  PER_RUN_122: EXIT.usage,
  PER_RUN_123: EXIT.usage,
  PER_RUN_124: EXIT.refused,
  PER_RUN_125: EXIT.refused,
  PER_RUN_126: EXIT.refused,
  PER_RUN_127: EXIT.usage,
  PER_RUN_130: EXIT.usage,
  PER_RUN_154: EXIT.usage,
  PER_RUN_198: EXIT.usage,
  PER_DATA_070: EXIT.usage,
  PER_DATA_071: EXIT.usage,
  PER_DATA_072: EXIT.usage,
  PER_DATA_073: EXIT.usage,
  PER_DATA_074: EXIT.usage,
  PER_DATA_075: EXIT.usage,
  PER_DATA_076: EXIT.refused,
  PER_DATA_077: EXIT.refused,
  PER_DATA_078: EXIT.usage,
  PER_DATA_080: EXIT.usage,
  PER_DATA_081: EXIT.usage,
  PER_DATA_110: EXIT.usage,
  PER_KEEP_001: EXIT.usage,
  PER_KEEP_002: EXIT.usage,
  PER_KEEP_004: EXIT.usage,
  PER_KEEP_005: EXIT.usage,
  PER_KEEP_006: EXIT.usage,
  PER_KEEP_007: EXIT.usage,
  PER_KEEP_009: EXIT.usage,
  PER_KEEP_011: EXIT.usage,
  PER_KEEP_012: EXIT.usage,
  PER_KEEP_013: EXIT.usage,
  PER_KEEP_014: EXIT.usage,
  PER_SERVE_001: EXIT.usage,
  PER_SERVE_002: EXIT.usage,
  PER_SERVE_003: EXIT.usage,
  PER_SERVE_004: EXIT.usage,
  PER_SERVE_005: EXIT.usage,
  PER_SERVE_008: EXIT.usage,
  PER_SERVE_009: EXIT.usage,
  PER_SERVE_010: EXIT.usage,
  PER_SERVE_011: EXIT.usage,
  PER_SERVE_012: EXIT.usage,
  PER_SERVE_019: EXIT.unreachable,
};
const codes = new Map<string, ExitCode>(Object.entries(BY_CODE));

/** Codes of Node's sockets that mean: nobody answers there. */
const SOCKET = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT']);

/** The exit code of an error that ended a verb. */
export function exitCodeOf(error: unknown): ExitCode {
  if (isPerennialError(error)) {
    // What is wrong in a definition is wrong before anything runs.
    if (error.code.startsWith('PER_DEF_')) return EXIT.usage;
    return codes.get(error.code) ?? EXIT.failed;
  }
  if (typeof error === 'object' && error !== null && 'code' in error) {
    // 14 is gRPC's UNAVAILABLE: the Temporal server is not there.
    if (error.code === 14 || (typeof error.code === 'string' && SOCKET.has(error.code))) return EXIT.unreachable;
  }
  return EXIT.failed;
}
