/**
 * Danger: a compose file that nobody starts in CI drifts: a key that Compose does not know, a floating image, a port open
 * to the network, a password that everyone knows. The file is checked against the Compose Specification's JSON schema
 * (compose-schema.json, as shipped in docker-compose 1.29.2 on PyPI, Apache-2.0) and against the rules of this repository.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2019';
import { parse } from 'yaml';
import { z } from 'zod';

const root = join(__dirname, '../../..');
const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
const document: unknown = parse(text, { merge: true });

const Service = z.looseObject({
  image: z.string(),
  build: z.object({ context: z.string(), target: z.string() }).optional(),
  networks: z.array(z.string()).min(1),
  restart: z.enum(['unless-stopped', 'on-failure', 'on-failure:5']),
  command: z.array(z.string()).optional(),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.looseObject({ disable: z.boolean().optional(), test: z.array(z.string()).optional() }).optional(),
  profiles: z.array(z.string()).default([]),
  deploy: z.unknown().optional(),
});
const Compose = z.object({
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.unknown()),
});
const compose = Compose.parse(document);
const services = Object.entries(compose.services);
const own = services.filter(([, s]) => s.build !== undefined);

/** The schema says its dialect and its parts' names in the way of older drafts, which a validator of 2019-09 refuses. */
function composeSchema(): object {
  const isOldName = (key: string, value: unknown) => key === '$schema' || (key === 'id' && typeof value === 'string');
  const schema: unknown = JSON.parse(
    readFileSync(join(__dirname, 'compose-schema.json'), 'utf8'),
    (key, value: unknown) => (isOldName(key, value) ? undefined : value),
  );
  return z.looseObject({ definitions: z.looseObject({}) }).parse(schema);
}

describe('docker-compose.yml', () => {
  test('obeys the schema of the Compose Specification', () => {
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(composeSchema());
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
  });

  test('the schema check is awake: an unknown key and a wrong type are refused', () => {
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(composeSchema());
    expect(validate({ services: { a: { image: 'x:1', entrypiont: 'x' } } })).toBe(false);
    expect(validate({ services: { a: { image: 'x:1', ports: '80' } } })).toBe(false);
  });

  test('has every part of a deployment', () => {
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining(['postgres', 'temporal', 'temporal-ui', 'migrate', 'worker-cpu', 'worker-gpu', 'serving']),
    );
  });

  test.each(services)('%s: image with a full version, known network and volumes', (_name, service) => {
    expect(service.image).toMatch(/^[\w./-]+:v?\d+\.\d+(\.\d+)?[\w.-]*$/);
    for (const network of service.networks) expect(compose.networks).toHaveProperty(network);
    for (const volume of service.volumes) {
      const source = volume.split(':')[0] ?? '';
      if (source.startsWith('./')) expect(existsSync(join(root, source))).toBe(true);
      else expect(compose.volumes).toHaveProperty(source);
    }
  });

  test.each(services)('%s: publishes on loopback alone', (_name, service) => {
    for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test.each(services)('%s: waits only for services that exist, in a state they can reach', (_name, service) => {
    for (const [name, { condition }] of Object.entries(service.depends_on)) {
      const target = compose.services[name];
      expect(target).toBeDefined();
      if (condition === 'service_healthy') expect(target?.healthcheck?.test).toBeDefined();
      if (condition === 'service_completed_successfully') expect(target?.restart).toBe('on-failure');
    }
  });

  test.each(services.filter(([, s]) => s.restart === 'unless-stopped'))(
    '%s: has a health check, or is a worker',
    (name, service) => {
      if (name.startsWith('worker-')) expect(service.healthcheck).toEqual({ disable: true });
      else expect(service.healthcheck?.test?.[0]).toBe('CMD');
    },
  );

  test.each(services)('%s: every secret comes from the environment and has no default', (_name, service) => {
    for (const [key, value] of Object.entries(service.environment)) {
      if (/PASS|PWD|TOKEN|SECRET/.test(key)) expect(value).toMatch(/^\$\{[A-Z_]+:\?[^}]+\}$/);
      if (/:\/\/[^/]*@/.test(value)) expect(value).toMatch(/:\/\/\w+:\$\{[A-Z_]+:\?[^}]+\}@/);
    }
  });

  test('the GPU is reserved for the pool gpu and for nothing else', () => {
    const device = { driver: 'nvidia', count: 1, capabilities: ['gpu'] };
    const reserving = services.filter(([, s]) => s.deploy !== undefined);
    expect(reserving.map(([name]) => name)).toEqual(['worker-gpu']);
    expect(compose.services['worker-gpu']?.deploy).toEqual({ resources: { reservations: { devices: [device] } } });
  });

  test.each(own)('%s: is built from a stage of the Dockerfile', (_name, service) => {
    expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${service.build?.target ?? ''}$`, 'm'));
  });

  test.each(own)('%s: starts an entry whose source exists', (_name, service) => {
    const entry = service.command?.[1] ?? '';
    expect(existsSync(join(root, entry.replace(/^dist\//, '').replace(/\.js$/, '.ts')))).toBe(true);
  });
});

describe('Dockerfile', () => {
  const stages = dockerfile.split(/^(?=FROM )/m).filter((part) => part.startsWith('FROM '));
  const stage = (name: string): string => stages.find((s) => s.split('\n', 1)[0]?.endsWith(` AS ${name}`)) ?? '';

  test('names every base image with a full version', () => {
    const bases = stages.map((s) => s.split(/\s+/)[1] ?? '').filter((base) => stage(base) === '');
    expect(bases.length).toBeGreaterThan(0);
    for (const base of bases) expect(base).toMatch(/:\d+\.\d+\.\d+-/);
  });

  test.each(['cpu', 'gpu'])('the image %s does not run as root', (name) => {
    const user = /^USER (\S+)$/m.exec(stage(name))?.[1];
    expect(user).toBeDefined();
    expect(user).not.toMatch(/^(root|0)(:|$)/);
  });
});
