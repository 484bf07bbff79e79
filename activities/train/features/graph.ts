import {
  type CalendarFeature,
  type CategoryFeature,
  MISSING_INSTANT,
  type NumberFeature,
  signatureOf,
} from '../../../steps/features';
import { CAST_TO, GraphWriter, type Value } from '../onnx/graph';
import { CALENDAR } from './calendar';
import { type FittedFeatures, vocabularyOf } from './encoded';

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

  /** Float32; NaN where missing or infinite. */
  number(feature: NumberFeature): Value {
    const { graph } = this;
    const raw = this.input(feature.column);
    const missing = graph.node('Or', [graph.node('IsNaN', [raw]), graph.node('IsInf', [raw])]);
    const nan = graph.float(NaN);
    if (!feature.clip) return graph.node('Where', [missing, nan, raw]);
    // Clip's answer to a NaN is not laid down: it is kept out, and put back afterwards.
    const finite = graph.node('Where', [missing, graph.float(0), raw]);
    const low = graph.node('Max', [finite, graph.float(feature.clip[0])]);
    return graph.node('Where', [missing, nan, graph.node('Min', [low, graph.float(feature.clip[1])])]);
  }

  /** Int64 code by the trained vocabulary; 0 for a spelling that it does not hold. */
  category(feature: CategoryFeature): Value {
    const { spellings, codes } = vocabularyOf(this.fitted, feature);
    return this.graph.node('ai.onnx.ml.LabelEncoder', [this.input(feature.column)], {
      keys_strings: { kind: 'strings', value: spellings },
      values_int64s: { kind: 'ints', value: codes },
      default_int64: { kind: 'int', value: 0 },
    });
  }

  /** Int64 part; the part's size where the instant is missing. */
  calendar(feature: CalendarFeature): Value {
    const { graph } = this;
    const { periodMs, shiftMs, unitMs, size } = CALENDAR[feature.part];
    const raw = this.input(feature.column);
    const missing = graph.node('Equal', [raw, graph.int64(BigInt(MISSING_INSTANT))]);
    const period = graph.int64(BigInt(periodMs));
    // ONNX's integer Mod takes the sign of the divisor, so what Div sees is never negative and is rounded down.
    let within = graph.node('Mod', [raw, period]);
    if (shiftMs > 0) within = graph.node('Mod', [graph.node('Add', [within, graph.int64(BigInt(shiftMs))]), period]);
    const part = graph.node('Div', [within, graph.int64(BigInt(unitMs))]);
    return graph.node('Where', [missing, graph.int64(BigInt(size)), part]);
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
