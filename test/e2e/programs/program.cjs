// A step's program: does what its input asks for. program.py does the same for what both are asked.
const { spawn } = require('node:child_process');
const { appendFileSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

const { PERENNIAL_INPUT, PERENNIAL_OUTPUT, PERENNIAL_FILES } = process.env;
const task = JSON.parse(readFileSync(PERENNIAL_INPUT, 'utf8'));
const { how, text, folder } = task.input;
const give = (output) => writeFileSync(PERENNIAL_OUTPUT, JSON.stringify(output));
const inFiles = (name) => join(PERENNIAL_FILES, name);
const file = (name) => ({ $file: name, kind: 'json' });
const mode = (path) => (statSync(path).mode & 0o777).toString(8);

/** Runs until it is killed: neither it nor what it starts heeds a signal to end. */
function compute() {
  const deaf = "process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000)";
  const other = spawn(process.execPath, ['-e', deaf], { stdio: 'inherit' });
  process.on('SIGTERM', () => undefined);
  setInterval(() => undefined, 1_000);
  writeFileSync(join(folder, 'where'), dirname(PERENNIAL_INPUT));
  writeFileSync(join(folder, 'pids'), JSON.stringify([process.pid, other.pid]));
}

const ways = {
  echo: () =>
    give({
      // An output may not hold a secret, so the program says how long it is.
      task: { ...task, resources: { mine: task.resources.mine.token.length } },
      read: Object.values(task.artifacts).map((path) => readFileSync(path, 'utf8')),
      argv: process.argv.slice(2),
      cwd: process.cwd(),
      environment: process.env,
      modes: [mode(PERENNIAL_INPUT), mode(dirname(PERENNIAL_INPUT)), ...Object.values(task.artifacts).map(mode)],
    }),
  device: () => {
    const note = (what) => appendFileSync(join(folder, 'devices'), `${what} ${process.env.CUDA_VISIBLE_DEVICES}\n`);
    note('begin');
    setTimeout(() => {
      note('end');
      give({ device: task.device, cuda: process.env.CUDA_VISIBLE_DEVICES });
    }, 300);
  },
  progress: () => {
    console.log('{"progress": {"epoch": 1}}');
    console.log('a line on stdout');
    console.log('{"progress": 1, "more": 2}');
    console.error('a line on stderr');
    console.log('x'.repeat(100_000));
    give({});
  },
  files: () => {
    mkdirSync(inFiles('deep'));
    writeFileSync(inFiles('deep/one.json'), '"one"');
    writeFileSync(inFiles('two'), 'two');
    give({ one: file('deep/one.json'), list: [file('two'), file('./two')], plain: { file: 'two' } });
  },
  nothing: () => undefined,
  'not json': () => writeFileSync(PERENNIAL_OUTPUT, '{"loss": NaN}'),
  wrong: () => writeFileSync(PERENNIAL_OUTPUT, '[1]'),
  large: () => give({ x: 'x'.repeat(70_000) }),
  fail: () => {
    console.error('these are my last words');
    process.exitCode = 3;
  },
  refuse: () => {
    console.error('no such table');
    process.exitCode = 64;
  },
  die: () => process.kill(process.pid, 'SIGSEGV'),
  'a linked file': () => {
    symlinkSync('/etc/hostname', inFiles('link'));
    give({ x: file('link') });
  },
  compute,
  leave: () => {
    const left = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'inherit' });
    give({ left: left.pid });
    process.exit(0);
  },
  betray: () => {
    const { token } = task.resources.mine;
    console.log(JSON.stringify({ progress: { token } }));
    console.log(`on stdout ${token}`);
    console.error(`on stderr ${token}`);
    process.exitCode = 1;
  },
  edit: () => {
    writeFileSync(__filename, `${readFileSync(__filename, 'utf8')}// ${text}\n`);
    give({});
  },
};
ways[how]();
