// The program of a step: says for whom it ran.
const { readFileSync, writeFileSync } = require('node:fs');

const { input } = JSON.parse(readFileSync(process.env.PERENNIAL_INPUT, 'utf8'));
writeFileSync(process.env.PERENNIAL_OUTPUT, JSON.stringify({ of: input.name }));
