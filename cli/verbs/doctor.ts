import type { Command } from 'commander';
import { EXIT } from '../exit-codes';
import { act, CommonOptions, table, verb } from '../frame';
import { resolveSettings } from '../settings';

const SIGN = { ok: 'ok', warn: 'warning', fail: 'FAILED', skipped: 'skipped' } as const;

/** `perennial doctor`: looks at everything the engine needs and says the fix of what is wrong. Exit code 3 when something is. */
export function registerDoctor(program: Command): void {
  verb(program, 'doctor', 'check Node, Temporal, Postgres, ports, disk, ONNX Runtime; say the fix')
    .addHelpText(
      'after',
      '\nExample:\n  perennial doctor\nExit codes: 0 nothing is wrong that stops work, 3 something is.',
    )
    .action(
      act(async (frame) => {
        const resolved = resolveSettings(frame.options(CommonOptions));
        const { examine } = await import('../doctor/examine.js');
        const findings = await examine(resolved);
        const healthy = findings.every(({ status }) => status !== 'fail');
        frame.result({ healthy, findings }, () =>
          table(
            ['check', '', 'found', 'fix'],
            findings.map(({ check, status, found, fix }) => [check, SIGN[status], found, status === 'ok' ? null : fix]),
            frame.width,
          ),
        );
        return healthy ? EXIT.done : EXIT.unreachable;
      }),
    );
}
