import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';

/** The import law of docs/ARCHITECTURE.md: which rooms a file may not reach into. */
const rooms = [
  'steps',
  'pipelines',
  'client',
  'workflows',
  'activities',
  'store',
  'workers',
  'api',
  'serving',
  'dashboard',
  'cli',
];
const allowed = {
  core: [],
  steps: ['steps'],
  pipelines: ['steps', 'pipelines'],
  workflows: ['workflows'],
  activities: ['activities', 'steps', 'store'],
  client: ['client', 'store', 'workflows'],
  workers: ['workers', 'activities', 'pipelines', 'store', 'client', 'workflows', 'steps'],
  store: ['store'],
  api: ['api', 'store', 'client'],
  serving: ['serving', 'api', 'store', 'client', 'steps'],
  dashboard: ['dashboard', 'api', 'store', 'client'],
};
const builtins = ['node:*', 'fs', 'path', 'crypto', 'child_process', 'os', 'worker_threads'];
const engineOnly = ['@temporalio/*', 'pg', 'pino', 'zod', 'fastify', 'onnxruntime-node', '@duckdb/*'];

/** Packages a room may not import, where the room is pure or runs in Temporal's sandbox. */
const packages = {
  core: [...builtins, ...engineOnly],
  steps: [...builtins, ...engineOnly.filter((p) => p !== 'zod')],
  workflows: [
    ...builtins,
    ...engineOnly.filter((p) => p !== '@temporalio/*'),
    '@temporalio/client',
    '@temporalio/worker',
    '@temporalio/activity',
  ],
  activities: ['@temporalio/client', '@temporalio/worker', '@temporalio/workflow'],
  client: ['@temporalio/worker', '@temporalio/activity'],
  store: ['@temporalio/*', 'fastify', 'onnxruntime-node'],
};

const law = Object.entries(allowed).map(([room, may]) => {
  const forbiddenRooms = [...rooms, 'core'].filter((r) => r !== room && !may.includes(r) && r !== 'core');
  return {
    files: [`${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${forbiddenRooms.join('|')})(/|$)`,
              message: `${room}/ may not import that room (docs/ARCHITECTURE.md).`,
            },
            ...(packages[room]
              ? [{ group: packages[room], message: `${room}/ may not import that package (docs/ARCHITECTURE.md).` }]
              : []),
          ],
        },
      ],
    },
  };
});

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.perennial/', 'coverage/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unnecessary-condition': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'max-lines': ['error', { max: 600 }],
      'no-console': 'error',
    },
  },
  ...law,
  {
    // Definitions may use zod; the rest of core may not.
    files: ['core/define/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: [...builtins, ...engineOnly.filter((p) => p !== 'zod')] },
            {
              regex:
                '^(\\.\\./)+(steps|pipelines|client|workflows|activities|store|workers|api|serving|dashboard|cli)/',
            },
          ],
        },
      ],
    },
  },
  {
    // What the sandbox loads may not pull in zod through the definitions.
    files: ['workflows/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: packages.workflows },
            {
              regex: 'core/(define|index)|core$',
              message: 'workflows/ may not import core/define: it brings zod into the sandbox.',
            },
            { regex: '^(\\.\\./)+(steps|pipelines|client|store|workers|api|serving|dashboard|cli)(/|$)' },
          ],
        },
      ],
    },
  },
  {
    // A step's code may import anything; only definitions are bound.
    files: ['pipelines/*/steps.*.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  { files: ['cli/**/*.ts', 'bench/**/*.ts'], rules: { 'no-console': 'off', 'no-restricted-imports': 'off' } },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-imports': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
);
