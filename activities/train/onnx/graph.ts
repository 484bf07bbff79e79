import { onnx } from 'onnx-proto';

/** A value inside the graph that is being written: an input, a constant or a node's output. */
export interface Value {
  readonly name: string;
}

/** A constant: numbers or texts of one element type, row-major. */
export interface Constant {
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Uint8Array | readonly string[];
}

/** What an attribute may hold. `ints` are whole numbers below 2^53. */
export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: ArrayLike<number> }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: Constant };

/** Element types of a model's inputs and outputs. */
export type ElementType = 'float' | 'int64' | 'string';

const { TensorProto, AttributeProto } = onnx;
const ELEMENT: Readonly<Record<ElementType, onnx.TensorProto.DataType>> = {
  float: TensorProto.DataType.FLOAT,
  int64: TensorProto.DataType.INT64,
  string: TensorProto.DataType.STRING,
};

/** Element type numbers for `Cast`. */
export const CAST_TO = { float: TensorProto.DataType.FLOAT, int64: TensorProto.DataType.INT64 } as const;

/**
 * Operator sets and format of what is written: those of ONNX 1.16, the first with `TreeEnsemble` (ai.onnx.ml 5,
 * https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html).
 */
const IR_VERSION = 10;
const OPSETS = [
  { domain: '', version: 21 },
  { domain: 'ai.onnx.ml', version: 5 },
];

/**
 * Writes an ONNX graph node by node. Names are numbered in the order of writing and nothing carries a date or a
 * version of ours, so the same calls give the same bytes.
 */
export class GraphWriter {
  private readonly nodes: onnx.INodeProto[] = [];
  private readonly constants: onnx.ITensorProto[] = [];
  private readonly inputs: onnx.IValueInfoProto[] = [];
  private readonly outputs: onnx.IValueInfoProto[] = [];
  private readonly taken = new Set<string>();

  /** Declares an input [N, 1]. */
  input(name: string, type: ElementType): Value {
    this.inputs.push(valueInfo(name, type, ['N', 1]));
    return this.claim(name);
  }

  /** Adds a constant. */
  constant(constant: Constant): Value {
    const value = this.fresh('constant');
    this.constants.push({ name: value.name, ...tensor(constant) });
    return value;
  }

  /** A float32 constant of shape [1], which broadcasts. */
  float(value: number): Value {
    return this.constant({ dims: [1], data: Float32Array.of(value) });
  }

  /** An int64 constant of shape [1], which broadcasts. */
  int64(value: bigint): Value {
    return this.constant({ dims: [1], data: BigInt64Array.of(value) });
  }

  /** A text constant of shape [1], which broadcasts. */
  text(value: string): Value {
    return this.constant({ dims: [1], data: [value] });
  }

  /** Adds a node with one output. `op` is an operator of ai.onnx, or `ai.onnx.ml.` and one of that domain. */
  node(op: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
    const ml = op.startsWith(ML);
    const opType = ml ? op.slice(ML.length) : op;
    const output = this.fresh(opType);
    this.nodes.push({
      name: output.name,
      opType,
      domain: ml ? 'ai.onnx.ml' : '',
      input: inputs.map((v) => v.name),
      output: [output.name],
      attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
    });
    return output;
  }

  /** Declares an output [N] that carries a value under a name of its own. */
  output(name: string, value: Value): void {
    this.nodes.push({
      name,
      opType: 'Identity',
      domain: '',
      input: [value.name],
      output: [this.claim(name).name],
      attribute: [],
    });
    this.outputs.push(valueInfo(name, 'float', ['N']));
  }

  /** The model's bytes. */
  toBytes(): Uint8Array {
    const model: onnx.IModelProto = {
      irVersion: IR_VERSION,
      producerName: 'perennial',
      opsetImport: OPSETS,
      graph: {
        name: 'model',
        node: this.nodes,
        initializer: this.constants,
        input: this.inputs,
        output: this.outputs,
      },
    };
    return onnx.ModelProto.encode(model).finish();
  }

  private claim(name: string): Value {
    if (this.taken.has(name)) throw new TypeError(`the name '${name}' is taken in this graph`);
    this.taken.add(name);
    return { name };
  }

  /** A name that no input can have taken: inputs are raw columns, declared before any node is added. */
  private fresh(kind: string): Value {
    let name = `${kind}_${this.taken.size}`;
    while (this.taken.has(name)) name = `_${name}`;
    return this.claim(name);
  }
}

const ML = 'ai.onnx.ml.';

function valueInfo(name: string, type: ElementType, dims: readonly (string | number)[]): onnx.IValueInfoProto {
  const dim = dims.map((d) => (typeof d === 'string' ? { dimParam: d } : { dimValue: d }));
  return { name, type: { tensorType: { elemType: ELEMENT[type], shape: { dim } } } };
}

function tensor({ dims, data }: Constant): onnx.ITensorProto {
  // Texts have no raw form in ONNX.
  if (isTexts(data)) {
    const stringData = data.map((text) => Buffer.from(text, 'utf8'));
    return { dims: [...dims], dataType: TensorProto.DataType.STRING, stringData };
  }
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { dims: [...dims], dataType: dataType(data), rawData };
}

function isTexts(data: Constant['data']): data is readonly string[] {
  return Array.isArray(data);
}

function dataType(data: Exclude<Constant['data'], readonly string[]>): onnx.TensorProto.DataType {
  if (data instanceof Float32Array) return TensorProto.DataType.FLOAT;
  return data instanceof BigInt64Array ? TensorProto.DataType.INT64 : TensorProto.DataType.UINT8;
}

function attributeProto(name: string, attribute: Attribute): onnx.IAttributeProto {
  const { AttributeType } = AttributeProto;
  switch (attribute.kind) {
    case 'int':
      return { name, type: AttributeType.INT, i: attribute.value };
    case 'ints':
      return { name, type: AttributeType.INTS, ints: Array.from(attribute.value) };
    case 'strings':
      return { name, type: AttributeType.STRINGS, strings: attribute.value.map((text) => Buffer.from(text, 'utf8')) };
    case 'tensor':
      return { name, type: AttributeType.TENSOR, t: tensor(attribute.value) };
  }
}
