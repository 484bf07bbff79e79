import { z } from 'zod';

/** Under which a schema's metadata says how its value is treated. Metadata is shared by all copies of this module. */
const MARK = 'perennial.sensitivity';
const MASKED = '[secret]';

/**
 * A value that does not show itself: as text, as JSON and where Node prints it, it is `[secret]`. Code that needs the
 * value asks for it by name, so that a search for `reveal(` finds every place where it may get out.
 */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
    Object.freeze(this);
  }

  /** The value itself. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return MASKED;
  }

  toJSON(): string {
    return MASKED;
  }

  // What console.log, util.inspect and test runners print.
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return MASKED;
  }
}

/**
 * A schema whose value is wrapped: what it parses to shows itself only by `reveal()`.
 *
 * @example
 * const warehouse = resource('warehouse', z.object({ host: notSecret(z.string()), password: secret(z.string()) }));
 */
export function secret<S extends z.ZodType>(schema: S): z.ZodPipe<S, z.ZodTransform<Secret<z.output<S>>, z.output<S>>> {
  const wrap = z.transform((value: z.output<S>) => new Secret(value));
  return z.pipe(schema, wrap).meta({ [MARK]: 'secret' });
}

/**
 * A schema whose value may be seen: a host, a bucket, a region. It is not masked, may stand in an output, and its digest
 * is part of a cached step's key. Everything else in a resource is masked wherever it turns up.
 */
export function notSecret<S extends z.ZodType>(schema: S): S {
  return schema.meta({ ...schema.meta(), [MARK]: 'open' });
}

/** How a schema is marked; null: not at all, which means that its texts are masked. */
export function sensitivityOf(schema: z.core.$ZodType): 'secret' | 'open' | null {
  const mark = z.globalRegistry.get(schema)?.[MARK];
  return mark === 'secret' || mark === 'open' ? mark : null;
}
