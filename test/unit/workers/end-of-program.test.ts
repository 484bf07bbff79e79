/**
 * Danger: a misspelt setting is told as one long line of JSON with a stack, which no newcomer reads; or a failure of the engine
 * loses its stack.
 */
import { perennialError } from '../../../core/errors';
import { endOfProgram } from '../../../workers/end-of-program';
import { readMetricsPort } from '../../../workers/telemetry/metrics-port';

function ended(error: unknown) {
  const lines: string[] = [];
  const fatal = jest.fn();
  const exit = endOfProgram(error, { fatal }, (line) => lines.push(line));
  return { exit, said: lines.join(''), fatal };
}

test("a mistake of the user is one readable line, and the command's exit code for such", () => {
  let error: unknown = null;
  try {
    readMetricsPort(undefined, { PERENNIAL_METRICS_PORT: '99999' });
  } catch (thrown) {
    error = thrown;
  }
  const { exit, said, fatal } = ended(error);
  expect(exit).toBe(2);
  expect(said).toMatch(/^\[PER_STACK_075\] PERENNIAL_METRICS_PORT is '99999'\. [^\n]+\n$/);
  expect(said).not.toMatch(/\n\s+at /);
  expect(fatal).not.toHaveBeenCalled();
});

test('what is not the fault of the user is logged with its stack', () => {
  for (const error of [new TypeError('boom'), perennialError('PER_STACK_010', 'Postgres is away.')]) {
    const { exit, said, fatal } = ended(error);
    expect({ exit, said }).toEqual({ exit: 1, said: '' });
    expect(fatal).toHaveBeenCalledWith({ err: error }, expect.any(String));
  }
});
