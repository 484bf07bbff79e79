// `npm run test:full [-- NAME]`: the tests, with as many random cases as there are where `npm test` takes a part of them.
process.env.PERENNIAL_TEST_FULL = '1';
await import('./test.mjs');
