// Danger: a value of a resource shows itself where nobody asked for it, or a step is handed what it did not declare.
import { inspect } from 'node:util';
import { z } from 'zod';
import { notSecret, pipeline, resource, resourceValues, Secret, secret, step } from '../../../core';

const schema = z.object({ host: notSecret(z.string()), password: secret(z.string().min(3)) });
const warehouse = resource('warehouse', schema);
const rest = { input: z.object({}), output: z.object({}) };
const load = step('load', { ...rest, resources: { db: warehouse } });
const idle = step('idle', rest);

describe('a secret', () => {
  const hidden = new Secret({ key: 'hunter2-value' });

  test.each([
    ['text', String(hidden)],
    ['JSON', JSON.stringify({ hidden })],
    ['inspection, however deep', inspect({ a: { hidden } }, { depth: 9, showHidden: true })],
    ['a copy', inspect(structuredClone({ hidden }))],
    ['its keys', Reflect.ownKeys(hidden).map(String).join()],
  ])('does not show itself as %s', (_, text) => {
    expect(text).not.toContain('hunter2');
  });

  test('is given when it is asked for', () => {
    expect(hidden.reveal()).toEqual({ key: 'hunter2-value' });
  });
});

describe('values', () => {
  test('are parsed by the schema, and handed over under the name that the step has for them', async () => {
    const { db } = await resourceValues(load.resources, { warehouse: { host: 'h', password: 'abcdef' }, other: 1 });
    expect(db.host).toBe('h');
    expect(db.password.reveal()).toBe('abcdef');
    expect(await resourceValues(idle.resources, { warehouse: {} })).toEqual({});
  });

  test.each([
    ['missing as a whole', {}, 'PER_RUN_060', /'warehouse' has no value/],
    ['a missing field', { warehouse: { host: 'h' } }, 'PER_RUN_061', /password is missing/],
    ['a field of another type', { warehouse: { host: 7, password: 'abcdef' } }, 'PER_RUN_061', /host is no string/],
    ['a check', { warehouse: { host: 'h', password: 'zz' } }, 'PER_RUN_061', /password fails a check \(too small\)/],
    ['no object', { warehouse: 'zz-top-secret' }, 'PER_RUN_061', /the whole is no object/],
  ])('%s is told by resource and field', async (_, given, code, message) => {
    await expect(resourceValues(load.resources, given)).rejects.toMatchObject({ code });
    await expect(resourceValues(load.resources, given)).rejects.toThrow(message);
  });

  test('no error holds the value, even where the schema itself says it', async () => {
    const told = z.string().refine((text) => text === '', { error: ({ input }) => `not ${String(input)}` });
    const thrown = z.string().transform((text): string => {
      throw new Error(text);
    });
    for (const field of [told, thrown, z.enum(['a']), z.literal('b'), z.strictObject({})]) {
      const failed = resourceValues({ r: resource('r', field) }, { r: 'canary-value' });
      const error = await failed.then(
        () => 'nothing',
        (reason: unknown) => inspect(reason, { depth: 9 }),
      );
      expect(error).toContain('PER_RUN_061');
      expect(error).not.toContain('canary');
    }
  });
});

describe('a plan', () => {
  const first = { config: z.object({}), graph: () => null };

  test('names the resources of its steps and holds nothing else of them', () => {
    const made = pipeline('made', { ...first, graph: (g) => [g.run(load, {}), g.run(idle, {})] });
    expect(made.plan.steps['load']?.resources).toEqual(['warehouse']);
    expect(made.plan.steps['idle']).not.toHaveProperty('resources');
    expect(made.resources).toEqual([warehouse]);
    expect(JSON.stringify(made.plan)).not.toContain('password');
  });

  test('another list of resources is another contract; none is the contract of before', () => {
    const contract = (one: typeof load | typeof idle) =>
      pipeline('made', { ...first, graph: (g) => g.run(one, {}, { id: 'n' }) }).plan.steps[one.name]?.contract;
    const bare = step('load', rest);
    expect(contract(load)).not.toBe(contract({ ...bare, resources: {} }));
    expect(contract({ ...bare, resources: {} })).toBe(contract({ ...load, resources: {} }));
  });

  test('two different resources of one name are refused', () => {
    const other = step('other', { ...rest, resources: { w: resource('warehouse', z.string()) } });
    expect(() => pipeline('made', { ...first, graph: (g) => [g.run(load, {}), g.run(other, {})] })).toThrow(
      'PER_DEF_009',
    );
  });

  test('a malformed name is refused', () => {
    expect(() => resource('My_Store', z.string())).toThrow('PER_DEF_001');
  });
});
