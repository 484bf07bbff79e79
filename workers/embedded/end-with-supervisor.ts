import { isMainThread } from 'node:worker_threads';

/**
 * Loaded before a program that the stack's supervisor starts (`node --require`). The supervisor alone holds the other end of
 * stdin: when it closes, the supervisor is gone, be it by kill -9, and this process ends too, gently and then for sure.
 */
// Threads load it again, with a stdin of their own that is closed from the start.
if (isMainThread) watch();

function watch(): void {
  // What this process forks has another stdin, and ends with this process instead.
  process.execArgv = process.execArgv.filter((word, at, all) => word !== __filename && all[at + 1] !== __filename);
  process.stdin.on('end', end);
  process.stdin.on('error', end);
  process.stdin.resume();
  if ('unref' in process.stdin && typeof process.stdin.unref === 'function') process.stdin.unref();
}

function end(): void {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 10_000).unref();
}
