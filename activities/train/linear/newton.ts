/** A smooth convex function of many variables. */
export interface Objective {
  valueAt(w: Float64Array): number;
  modelAt(w: Float64Array): LocalModel;
}

/** Gradient and curvature at a point: what a Newton step is made of. */
export interface LocalModel {
  readonly gradient: Float64Array;
  readonly diagonal: Float64Array;
  readonly hessianTimes: (v: Float64Array) => Float64Array;
}

/** Where a minimisation stands. */
export interface Step {
  readonly iteration: number;
  readonly value: number;
}

const GRADIENT_TOLERANCE = 1e-7;
const VALUE_TOLERANCE = 1e-7;
const MOST_INNER = 60;
const SUFFICIENT = 1e-4;
const MOST_HALVINGS = 30;

/**
 * Minimises by Newton's method with the step solved roughly by conjugate gradients, preconditioned by the diagonal,
 * and a backtracking line search (Nocedal & Wright 2006, Numerical Optimization, algorithms 7.1 and 3.1; for logistic
 * regression Lin, Weng & Keerthi 2008). Deterministic: sums are taken in one order, nothing is drawn.
 *
 * @param start where it begins
 * @param iterations Newton steps at most
 * @param after is awaited after each step
 */
export async function minimise(
  objective: Objective,
  start: Float64Array,
  iterations: number,
  after: (step: Step) => Promise<void>,
): Promise<Float64Array> {
  let w = start.slice();
  let value = objective.valueAt(w);
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const model = objective.modelAt(w);
    const steepness = norm(model.gradient);
    if (steepness < GRADIENT_TOLERANCE) break;
    const direction = solve(model, Math.min(0.1, Math.sqrt(steepness)) * steepness);
    const next = search(objective, w, direction, value, dot(model.gradient, direction));
    if (!next) break;
    const gained = value - next.value;
    [w, value] = [next.w, next.value];
    await after({ iteration, value });
    if (gained < VALUE_TOLERANCE * Math.abs(value)) break;
  }
  return w;
}

/** Conjugate gradients on `H d = -g`, until the residual is below the tolerance. */
function solve(model: LocalModel, tolerance: number): Float64Array {
  const { gradient, diagonal, hessianTimes } = model;
  const d = new Float64Array(gradient.length);
  const residual = gradient.map((g) => -g);
  let scaled = divide(residual, diagonal);
  let p = scaled;
  let product = dot(residual, scaled);
  for (let inner = 0; inner < MOST_INNER && norm(residual) > tolerance; inner++) {
    const hp = hessianTimes(p);
    const length = product / dot(p, hp);
    addTimes(d, length, p);
    addTimes(residual, -length, hp);
    scaled = divide(residual, diagonal);
    const nextProduct = dot(residual, scaled);
    const ratio = nextProduct / product;
    const last = p;
    p = scaled.map((s, i) => s + ratio * (last[i] ?? 0));
    product = nextProduct;
  }
  return d;
}

/** Halves the step until the value falls enough; null when it never does. */
function search(objective: Objective, w: Float64Array, d: Float64Array, value: number, slope: number) {
  let length = 1;
  for (let halving = 0; halving < MOST_HALVINGS; halving++, length /= 2) {
    const next = w.map((x, i) => x + length * (d[i] ?? 0));
    const nextValue = objective.valueAt(next);
    if (nextValue <= value + SUFFICIENT * length * slope) return { w: next, value: nextValue };
  }
  return null;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

function addTimes(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) + factor * (source[i] ?? 0);
}

function divide(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((x, i) => x / (b[i] ?? 1));
}
