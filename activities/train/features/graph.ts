import type { Condition } from '../../../steps/feature-conditions';
import { standInsOf } from '../../../steps/feature-rules';
import {
  type CalendarFeature,
  type CategoryFeature,
  MISSING_INSTANT,
  type NumberFeature,
  type RawColumn,
  signatureOf,
} from '../../../steps/features';
import { CAST_TO, GraphWriter, type Value } from '../onnx/graph';
import { CALENDAR } from './calendar';
import { conditionValue, constantValue } from './condition-graph';
import { type FittedFeatures, numberRulesOf, vocabularyOf } from './encoded';

interface Moved {
  readonly column: string;
  readonly times?: number | undefined;
  readonly plus?: number | undefined;
}

/**
 * The features of a spec as ONNX nodes: the second compilation, beside sql.ts. Every method gives a [N, 1] value
 * with the same meaning as the SQL of that feature.
 */
export class FeatureGraph {
  readonly graph = new GraphWriter();
  private readonly inputs: ReadonlyMap<string, Value>;

  constructor(private readonly fitted: FittedFeatures) {
    const element = { number: 'float', text: 'string', timestamp: 'int64' } as const;
    const { inputs } = signatureOf(fitted.spec);
    this.inputs = new Map(inputs.map(({ name, type }) => [name, this.graph.input(name, element[type])]));
  }

  /** Float32; what is missing or infinite is NaN, or the value that stands in for it. */
  number(feature: NumberFeature): Value {
    const { graph } = this;
    const { clip, fill } = numberRulesOf(this.fitted, feature);
    const [missing, value] = this.presentNumber(feature);
    const absent = graph.float(fill ?? NaN);
    if (!clip) return graph.node('Where', [missing, absent, value]);
    // Clip's answer to a NaN is not laid down: it is kept out, and put back afterwards.
    const finite = graph.node('Where', [missing, graph.float(0), value]);
    const low = graph.node('Max', [finite, graph.float(clip[0])]);
    return graph.node('Where', [missing, absent, graph.node('Min', [low, graph.float(clip[1])])]);
  }

  private presentNumber(feature: NumberFeature): [missing: Value, value: Value] {
    const { graph } = this;
    const { column, repair, missing: sentinels = [], otherwise } = feature;
    let value = this.repaired('number', this.input(column), repair, (to) => {
      if (!('column' in to)) return constantValue(graph, 'number', to.value);
      const [isMissing, moved] = this.moved(to, sentinels);
      return graph.node('Where', [isMissing, graph.float(NaN), moved]);
    });
    let missing = this.noNumber(value, sentinels);
    for (const standIn of standInsOf(otherwise)) {
      const [isMissing, other] = this.moved(standIn, sentinels);
      const neither = graph.node('And', [missing, isMissing]);
      value = graph.node('Where', [missing, other, value]);
      missing = neither;
    }
    return [missing, value];
  }

  /** Another number column, as `times * it + plus`. */
  private moved({ column, times, plus }: Moved, sentinels: readonly number[]): [missing: Value, value: Value] {
    const { graph } = this;
    const raw = this.input(column);
    let derived = raw;
    if (times !== undefined) derived = graph.node('Mul', [derived, graph.float(times)]);
    if (plus !== undefined) derived = graph.node('Add', [derived, graph.float(plus)]);
    return [graph.node('Or', [this.noNumber(raw, sentinels), this.noNumber(derived, [])]), derived];
  }

  /** A raw column with its repairs: that of the first whose condition holds. */
  private repaired<T>(
    type: RawColumn['type'],
    own: Value,
    repairs: readonly { readonly where: Condition; readonly to: T | null }[] = [],
    valueOf: (to: T) => Value,
  ): Value {
    const { graph } = this;
    return repairs.reduceRight((otherwise, { where, to }) => {
      const value = to === null ? constantValue(graph, type, null) : valueOf(to);
      return graph.node('Where', [conditionValue(graph, (column) => this.input(column), where), value, otherwise]);
    }, own);
  }

  private noNumber(raw: Value, sentinels: readonly number[]): Value {
    const { graph } = this;
    const infinite = graph.node('Or', [graph.node('IsNaN', [raw]), graph.node('IsInf', [raw])]);
    return sentinels.reduce(
      (missing, value) => graph.node('Or', [missing, graph.node('Equal', [raw, graph.float(value)])]),
      infinite,
    );
  }

  /** Int64 code by the trained vocabulary; 0 for a spelling that it does not hold. */
  category(feature: CategoryFeature): Value {
    const { spellings, codes } = vocabularyOf(this.fitted, feature);
    return this.lookUp(this.text(feature), spellings, codes);
  }

  private text({ column, repair, otherwise }: CategoryFeature): Value {
    const { graph } = this;
    const own = this.repaired('text', this.input(column), repair, (to) =>
      'column' in to ? this.input(to.column) : constantValue(graph, 'text', to.value),
    );
    return standInsOf(otherwise).reduce((text, standIn) => {
      const isEmpty = graph.node('Equal', [this.lookUp(text, [''], [1]), graph.int64(1n)]);
      return graph.node('Where', [isEmpty, this.input(standIn.column), text]);
    }, own);
  }

  private lookUp(text: Value, spellings: readonly string[], codes: ArrayLike<number>): Value {
    return this.graph.node('ai.onnx.ml.LabelEncoder', [text], {
      keys_strings: { kind: 'strings', value: spellings },
      values_int64s: { kind: 'ints', value: codes },
      default_int64: { kind: 'int', value: 0 },
    });
  }

  /** Int64 part; the part's size where the instant is missing. */
  calendar(feature: CalendarFeature): Value {
    const { graph } = this;
    const { periodMs, shiftMs, unitMs, size } = CALENDAR[feature.part];
    const [missing, raw] = this.instant(feature);
    const period = graph.int64(BigInt(periodMs));
    // ONNX's integer Mod takes the sign of the divisor, so what Div sees is never negative and is rounded down.
    let within = graph.node('Mod', [raw, period]);
    if (shiftMs > 0) within = graph.node('Mod', [graph.node('Add', [within, graph.int64(BigInt(shiftMs))]), period]);
    const part = graph.node('Div', [within, graph.int64(BigInt(unitMs))]);
    return graph.node('Where', [missing, graph.int64(BigInt(size)), part]);
  }

  private instant(feature: CalendarFeature): [missing: Value, raw: Value] {
    const { graph } = this;
    const { column, repair, missing: sentinels = [], otherwise } = feature;
    let value = this.repaired('timestamp', this.input(column), repair, (to) =>
      'column' in to ? this.input(to.column) : constantValue(graph, 'timestamp', to.value),
    );
    let missing = this.noInstant(value, sentinels);
    for (const standIn of standInsOf(otherwise)) {
      const other = this.input(standIn.column);
      const neither = graph.node('And', [missing, this.noInstant(other, sentinels)]);
      value = graph.node('Where', [missing, other, value]);
      missing = neither;
    }
    return [missing, value];
  }

  private noInstant(raw: Value, sentinels: readonly number[]): Value {
    const { graph } = this;
    return sentinels.reduce(
      (missing, ms) => graph.node('Or', [missing, graph.node('Equal', [raw, graph.int64(BigInt(ms))])]),
      graph.node('Equal', [raw, graph.int64(BigInt(MISSING_INSTANT))]),
    );
  }

  /** A calendar part as float32, NaN where missing. */
  calendarNumber(feature: CalendarFeature): Value {
    const { graph } = this;
    const part = this.calendar(feature);
    const missing = graph.node('Equal', [part, graph.int64(BigInt(CALENDAR[feature.part].size))]);
    return graph.node('Where', [missing, graph.float(NaN), this.toFloat(part)]);
  }

  /** An int64 value as float32. */
  toFloat(value: Value): Value {
    return this.graph.node('Cast', [value], { to: { kind: 'int', value: CAST_TO.float } });
  }

  /** Ends the graph: a log-odds value [N, 1] becomes the output `probability` [N]. */
  finish(logOdds: Value): Uint8Array {
    const { graph } = this;
    const flat = graph.node('Reshape', [graph.node('Sigmoid', [logOdds]), graph.int64(-1n)]);
    graph.output('probability', flat);
    return graph.toBytes();
  }

  private input(column: string): Value {
    const value = this.inputs.get(column);
    if (value === undefined) throw new TypeError(`column '${column}' is no input of this graph`);
    return value;
  }
}
