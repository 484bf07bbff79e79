// Danger: a spin says that an output is the same when it is not, keeps silent about what it made, or shows a line of the
// log without what it says.
import { logLine } from '../../../cli/spin/log-line';
import { comparison, spinText, type SpinView } from '../../../cli/views/spin-text';

const done = { status: 'completed', output: { n: 1, list: ['a'] }, error: null } as const;
const error = { type: 'Broken', message: 'it broke.', fault: 'user', retryable: true } as const;
const view: SpinView = {
  ...{ run: 'r', address: 'each[1]/fit', step: 'fit', input: 'recorded', status: 'completed', wallMs: 12 },
  ...{ output: { n: 1 }, error: null, recorded: done, same: true, differences: [], artifacts: [], kept: null },
  effects: { statements: [], complete: true },
};

describe('an output is compared with that of the run', () => {
  test('which is the same whatever the order of its keys', () => {
    expect(comparison(done, { list: ['a'], n: 1 })).toEqual({ same: true, differences: [] });
  });

  test('and each place that differs is named', () => {
    const { same, differences } = comparison(done, { n: 2, list: [] });
    expect(same).toBe(false);
    expect(differences).toEqual([
      { what: 'list[0]', was: '"a"', is: null },
      { what: 'n', was: '1', is: '2' },
    ]);
  });

  test('but not where the run has none: an output null of a failed node is nothing to be compared with', () => {
    const none = { same: null, differences: [] };
    expect(comparison({ status: 'failed', output: null, error }, null)).toEqual(none);
    expect(comparison(null, { n: 1 })).toEqual(none);
    expect(comparison({ status: 'completed', output: null, error: null }, null)).toEqual({ ...none, same: true });
  });
});

describe('for people', () => {
  test('a step that failed is told with its code once, and with how the run ended', () => {
    const failed = { ...view, status: 'failed', output: null, same: null } as const;
    const code = {
      code: 'PER_RUN_019',
      message: '[PER_RUN_019] It took long.',
      fault: 'user',
      retryable: true,
    } as const;
    const recorded = { status: 'failed', output: null, error } as const;
    const text = spinText({ ...failed, error: code, recorded });
    expect(text.match(/PER_RUN_019/g)).toHaveLength(1);
    expect(text).toContain('In the run it is failed: it broke. (Broken)');
    expect(spinText({ ...failed, error: { ...code, code: 'Broken', message: 'no' }, recorded: null })).toContain(
      'Broken: no',
    );
  });

  test('says what it made, where that is, and what it would have recorded', () => {
    const digest = 'f'.repeat(64);
    const made = { ...view, artifacts: [{ digest, kind: 'model', bytes: 1_500 }] } as const;
    expect(spinText(made)).toMatch(/gone again; --keep-artifacts[^]*f{64} +model +1.5 kB/);
    expect(spinText({ ...made, kept: '/tmp/kept' })).toContain('kept in /tmp/kept');
    const effects = { statements: [{ text: 'INSERT INTO lineage', values: ['c', 1] }], complete: false };
    expect(spinText({ ...view, effects })).toMatch(/INSERT INTO lineage \["c",1\]\n.*what follows/);
    expect(spinText(view)).not.toMatch(/artifacts|recorded, with/);
  });
});

test('a line of the log has its level, its message and its fields; what is none is shown as it is', () => {
  expect(logLine('{"level":40,"msg":"slow","rows":3}\n')).toBe('warn  slow {"rows":3}');
  expect(logLine('{"level":30,"msg":"done"}\n')).toBe('info  done');
  expect(logLine('{"other":1}\n')).toBe('{"other":1}');
});
