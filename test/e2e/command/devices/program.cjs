// A step's program: says which device it sees, in its output and in the file that the steps write into.
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const { PERENNIAL_INPUT, PERENNIAL_OUTPUT, CUDA_VISIBLE_DEVICES = null } = process.env;
const { input, device } = JSON.parse(readFileSync(PERENNIAL_INPUT, 'utf8'));
const note = (what) => appendFileSync(join(input.folder, 'devices'), `${what} program ${CUDA_VISIBLE_DEVICES}\n`);
note('begin');
writeFileSync(PERENNIAL_OUTPUT, JSON.stringify({ device, cuda: CUDA_VISIBLE_DEVICES, pid: process.pid }));
note('end');
