// A program of the test in spin.test.ts: it makes a file, and says where it runs.
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const { input } = JSON.parse(readFileSync(process.env.PERENNIAL_INPUT, 'utf8'));
const loud = input.text.toUpperCase();
console.log('the program speaks');
writeFileSync(join(process.env.PERENNIAL_FILES, 'loud.json'), JSON.stringify(loud));
const output = () =>
  writeFileSync(process.env.PERENNIAL_OUTPUT, JSON.stringify({ loud, file: { $file: 'loud.json', kind: 'json' } }));
if (input.text === 'sleep') {
  console.log(`pid ${process.pid}`);
  setTimeout(output, 600_000);
} else output();
