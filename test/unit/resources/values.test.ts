// Danger: a value is taken from the wrong place, from a file that others may read, or shows in the error about it; or the
// programs that a step starts inherit it.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { z } from 'zod';
import { fingerprintOf } from '../../../activities/run-step/cache-key';
import { openResources } from '../../../activities/run-step/resources';
import { judgeResources } from '../../../cli/doctor/resources';
import { lookAtResources } from '../../../cli/resources';
import { handWritten, notSecret, pipeline, resource, secret, step } from '../../../core';
import { jsonDigest } from '../../../store/plans/json-digest';
import { readResources, takeResources, variableOf, withoutResources } from '../../../store/resource-values';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perennial-resources-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(text: string, mode = 0o600): { PERENNIAL_RESOURCES: string } {
  writeFileSync(join(folder, 'r.json'), text);
  chmodSync(join(folder, 'r.json'), mode);
  return { PERENNIAL_RESOURCES: 'r.json' };
}

function failing(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return inspect(error, { depth: 9 });
  }
  throw new Error('it did not fail');
}

describe('reading', () => {
  test('a variable wins over the file, whose path is relative to the project', () => {
    const variables = { ...file('{"my-store": 1, "other": {"a": 2}}'), PERENNIAL_RESOURCE_MY_STORE: '"x"', HOME: '/' };
    expect(variableOf('my-store')).toBe('PERENNIAL_RESOURCE_MY_STORE');
    expect(Object.fromEntries(readResources(folder, variables))).toEqual({
      'my-store': { value: 'x', source: 'PERENNIAL_RESOURCE_MY_STORE' },
      other: { value: { a: 2 }, source: join(folder, 'r.json') },
    });
    expect(withoutResources(variables)).toEqual({ HOME: '/' });
  });

  test('empty variables count as unset', () => {
    expect(readResources(folder, { PERENNIAL_RESOURCES: '', PERENNIAL_RESOURCE_A: '' }).size).toBe(0);
  });

  test.each([0o644, 0o640, 0o604, 0o660])('a file of the mode %o is refused', (mode) => {
    const error = failing(() => readResources(folder, file('{"a": "canary"}', mode)));
    expect(error).toContain('PER_RUN_062');
  });

  test.each([0o600, 0o400])('a file of the mode %o is read', (mode) => {
    expect(readResources(folder, file('{"a": 1}', mode)).size).toBe(1);
  });

  test.each(['canary', '["canary"]', '"canary"', '{"a": canary}'])(
    'a file with %s is refused without a word of it',
    (text) => {
      const error = failing(() => readResources(folder, file(text)));
      expect(error).toContain('PER_RUN_063');
      expect(error).not.toContain('canary');
    },
  );

  test('a variable that is no JSON is named, not shown; a file that is not there is named', () => {
    const error = failing(() => readResources(folder, { PERENNIAL_RESOURCE_A: 'canary' }));
    expect(error).toMatch(/PER_RUN_061.*PERENNIAL_RESOURCE_A/);
    expect(error).not.toContain('canary');
    expect(failing(() => readResources(folder, { PERENNIAL_RESOURCES: 'none.json' }))).toContain('PER_RUN_063');
  });

  test('what a worker takes is gone from its environment', () => {
    process.env['PERENNIAL_RESOURCE_GONE'] = '1';
    expect(takeResources(folder).get('gone')?.value).toBe(1);
    expect(process.env['PERENNIAL_RESOURCE_GONE']).toBeUndefined();
  });
});

const schema = z.object({ host: notSecret(z.string()), password: secret(z.string()) });
const warehouse = resource('warehouse', schema);
const rest = { input: z.object({}), output: z.object({}) };
const load = step('load', { ...rest, resources: { db: warehouse } });
const idle = step('idle', rest);
const given = (host: string, password: string) => ({ warehouse: { host, password } });

describe('opening', () => {
  test('each step has what it declares and no more, and the child is given the same', async () => {
    const opened = await openResources([load, idle], [], { ...given('host-a', 'canary-value'), stray: 'stray-value' });
    expect(opened.valuesOf(load)).toMatchObject({ db: { host: 'host-a' } });
    expect(opened.givenFor(load)).toEqual(given('host-a', 'canary-value'));
    expect([opened.valuesOf(idle), opened.givenFor(idle), opened.identityOf(idle)]).toEqual([{}, {}, {}]);
    expect(opened.mask.text('host-a canary-value stray-value')).toBe('host-a [secret] [secret]');
  });

  test('a step whose resource has no value is refused before anything runs', async () => {
    await expect(openResources([load], [], {})).rejects.toMatchObject({ code: 'PER_RUN_060' });
    await expect(openResources([idle], [warehouse], {})).resolves.toBeDefined();
  });

  test('the key of the cache takes the fields that may be seen, and not the others', async () => {
    const identity = async (host: string, password: string) =>
      (await openResources([load], [], given(host, password))).identityOf(load);
    const key = async (host: string, password: string) =>
      jsonDigest(fingerprintOf('b', await identity(host, password)));
    expect(await identity('a', 'canary-value')).toEqual({ 'resource warehouse host': '"a"' });
    expect(await key('a', 'first-password')).toBe(await key('a', 'second-password'));
    expect(await key('a', 'first-password')).not.toBe(await key('b', 'first-password'));
  });
});

describe('looking from the command', () => {
  const project = {
    pipelines: [pipeline('made', { config: z.object({}), graph: (g) => g.run(load, {}) })],
    workflows: [],
  };
  const look = (value: unknown) =>
    lookAtResources(
      folder,
      project,
      value === undefined ? {} : { PERENNIAL_RESOURCE_WAREHOUSE: JSON.stringify(value) },
    );

  test('tells the source and never the value', async () => {
    const looks = await look({ host: 'h', password: 'canary' });
    expect(looks).toEqual([{ name: 'warehouse', source: 'PERENNIAL_RESOURCE_WAREHOUSE', state: 'ok', problem: null }]);
    expect(judgeResources(looks)).toMatchObject({ status: 'ok', found: 'warehouse (PERENNIAL_RESOURCE_WAREHOUSE)' });
  });

  test('one that is missing is a warning that says where to put it, one that is refused a failure', async () => {
    const missing = judgeResources(await look(undefined));
    expect(missing).toMatchObject({ status: 'warn' });
    expect(missing.fix).toContain('PERENNIAL_RESOURCE_WAREHOUSE');
    const refused = judgeResources(await look({ host: 'canary' }));
    expect(refused).toMatchObject({ status: 'fail' });
    expect(refused.found).toMatch(/PER_RUN_061.*password is missing/);
    expect(JSON.stringify(refused)).not.toContain('canary');
  });

  test('one that a hand-written workflow alone needs is looked at as well', async () => {
    const looks = await lookAtResources(folder, { pipelines: [], workflows: [handWritten('made', { load })] }, {});
    expect(looks).toMatchObject([{ name: 'warehouse', state: 'missing' }]);
  });

  test('one that nobody needs is said to be so', async () => {
    const looks = await lookAtResources(folder, { pipelines: [], workflows: [] }, { PERENNIAL_RESOURCE_X: '1' });
    expect(looks).toEqual([{ name: 'x', source: 'PERENNIAL_RESOURCE_X', state: 'unused', problem: null }]);
  });
});
