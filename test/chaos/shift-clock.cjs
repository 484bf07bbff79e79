// Loaded before a worker: `Date` is CLOCK_SHIFT ms off in its JavaScript, and jumps back to the right time and away again. Native
// code and other processes see the machine's clock, which stays.
const shift = Number(process.env.CLOCK_SHIFT);
const real = Date;
const now = () => real.now() + (Math.floor(performance.now() / 500) % 4 === 0 ? 0 : shift);
globalThis.Date = new Proxy(real, {
  construct: (target, given, as) => Reflect.construct(target, given.length === 0 ? [now()] : given, as),
  get: (target, key, as) => (key === 'now' ? now : Reflect.get(target, key, as)),
});
