import { cleanOutput } from '../../workers/clean-output';

/**
 * While work runs, what code prints past its log goes to stderr, through `clean`: stdout carries the result alone.
 */
export async function withOutputDiverted<T>(clean: (text: string) => string, work: () => Promise<T>): Promise<T> {
  const { stdout, stderr } = process;
  const own = {
    out: Object.getOwnPropertyDescriptor(stdout, 'write'),
    err: Object.getOwnPropertyDescriptor(stderr, 'write'),
  };
  cleanOutput([stderr], clean);
  stdout.write = new Proxy(stderr.write.bind(stderr), {
    apply: (write, _, args) => Boolean(Reflect.apply(write, stderr, args)),
  });
  try {
    return await work();
  } finally {
    restore(stdout, own.out);
    restore(stderr, own.err);
  }
}

/** Where `write` was that of the prototype it is so again. */
function restore(stream: NodeJS.WriteStream, own: PropertyDescriptor | undefined): void {
  if (own === undefined) Reflect.deleteProperty(stream, 'write');
  else Object.defineProperty(stream, 'write', own);
}
