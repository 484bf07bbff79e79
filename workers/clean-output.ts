/** Puts what code prints past the log, with console.log say, through `clean` before it is written. */
export function cleanOutput(streams: readonly NodeJS.WriteStream[], clean: (text: string) => string): void {
  for (const stream of streams) {
    stream.write = new Proxy(stream.write.bind(stream), {
      apply(write, self, [chunk, ...rest]: [chunk: string | Uint8Array, ...rest: unknown[]]) {
        const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
        const cleaned = clean(text);
        // Bytes that hold nothing stay as they are: they need not be text.
        return Boolean(Reflect.apply(write, self, [cleaned === text ? chunk : cleaned, ...rest]));
      },
    });
  }
}
