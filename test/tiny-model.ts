import { onnx } from 'onnx-proto';

const { FLOAT, STRING, INT64 } = onnx.TensorProto.DataType;
const Kind = onnx.AttributeProto.AttributeType;

/** A logistic model over three raw columns, small enough to read: number `x`, text `carrier`, timestamp `at` (unused by the score). */
export const TINY_SIGNATURE = {
  inputs: [
    { name: 'x', type: 'number' },
    { name: 'carrier', type: 'text' },
    { name: 'at', type: 'timestamp' },
  ],
  output: 'probability',
  eventTime: 'at',
} as const;

export interface TinyOptions {
  readonly weight?: number;
  readonly bias?: number;
  /** Multiplications of a square matrix inside each run, to make it slow; its rows are given, or the largest x of the run. */
  readonly ballast?: { readonly side: number | 'x'; readonly products: number };
}

/** probability = sigmoid(weight * x + bias + (carrier is 'AA' ? 1 : 0)); a missing x counts as 0. */
export function tinyModel(options: TinyOptions = {}): onnx.ModelProto {
  const side = typeof options.ballast?.side === 'number' ? options.ballast.side : 1;
  const nodes = [
    node('IsNaN', ['x'], ['x_missing']),
    node('Where', ['x_missing', 'zero', 'x'], ['x_known']),
    node('Mul', ['x_known', 'weight'], ['wx']),
    node('LabelEncoder', ['carrier'], ['carrier_score'], 'ai.onnx.ml', [
      { name: 'keys_strings', type: Kind.STRINGS, strings: [Buffer.from('AA')] },
      { name: 'values_floats', type: Kind.FLOATS, floats: [1] },
      { name: 'default_float', type: Kind.FLOAT, f: 0 },
    ]),
    node('Add', ['wx', 'carrier_score'], ['partial']),
    node('Cast', ['at'], ['at_float'], '', [{ name: 'to', type: Kind.INT, i: FLOAT }]),
    node('Mul', ['at_float', 'zero'], ['nothing']),
    node('Add', ['partial', 'nothing'], ['with_time']),
    node('Add', ['with_time', 'bias'], ['score']),
    node('Sigmoid', ['score'], ['column']),
    ...ballastNodes(options.ballast),
    node('Reshape', ['weighed', 'flat'], ['probability']),
  ];
  return onnx.ModelProto.create({
    irVersion: 8,
    opsetImport: [
      { domain: '', version: 15 },
      { domain: 'ai.onnx.ml', version: 3 },
    ],
    graph: {
      name: 'tiny',
      node: nodes,
      input: [column('x', FLOAT), column('carrier', STRING), column('at', INT64)],
      output: [value('probability', FLOAT, [{ dimParam: 'N' }])],
      initializer: [
        scalar('zero', 0),
        scalar('weight', options.weight ?? 1),
        scalar('bias', options.bias ?? 0),
        { name: 'flat', dataType: INT64, dims: [1], int64Data: [-1] },
        scalar('one', 1),
        { name: 'fixed_side', dataType: INT64, dims: [2], int64Data: [side, side] },
      ],
    },
  });
}

/** The model's bytes. */
export function tinyBytes(options: TinyOptions = {}): Uint8Array {
  return onnx.ModelProto.encode(tinyModel(options)).finish();
}

/** A chain of products of a matrix that depends on the input, so that nothing of it can be computed at load. */
function ballastNodes(ballast: TinyOptions['ballast']): onnx.INodeProto[] {
  if (!ballast) return [node('Identity', ['column'], ['weighed'])];
  const products = Array.from({ length: ballast.products }, (_, i) => node('MatMul', [`m${i}`, 'm0'], [`m${i + 1}`]));
  const scalarOf = [{ name: 'keepdims', type: Kind.INT, i: 0 }];
  return [
    ...(ballast.side === 'x' ? sideOfX(scalarOf) : [node('Identity', ['fixed_side'], ['side'])]),
    node('ReduceMax', ['nothing'], ['tiny'], '', scalarOf),
    node('Expand', ['tiny', 'side'], ['m0']),
    ...products,
    node('ReduceMax', [`m${ballast.products}`], ['heavy'], '', scalarOf),
    node('Add', ['column', 'heavy'], ['weighed']),
  ];
}

function sideOfX(scalarOf: onnx.IAttributeProto[]): onnx.INodeProto[] {
  return [
    node('ReduceMax', ['x_known'], ['largest'], '', scalarOf),
    node('Max', ['largest', 'one'], ['rows']),
    node('Cast', ['rows'], ['row_count'], '', [{ name: 'to', type: Kind.INT, i: INT64 }]),
    node('Concat', ['row_count', 'row_count'], ['side'], '', [{ name: 'axis', type: Kind.INT, i: 0 }]),
  ];
}

/** One node. */
export function node(
  opType: string,
  input: string[],
  output: string[],
  domain = '',
  attribute: onnx.IAttributeProto[] = [],
): onnx.INodeProto {
  return { opType, input, output, attribute, ...(domain === '' ? {} : { domain }) };
}

function scalar(name: string, number: number): onnx.ITensorProto {
  return { name, dataType: FLOAT, dims: [1], floatData: [number] };
}

function column(name: string, type: number): onnx.IValueInfoProto {
  return value(name, type, [{ dimParam: 'N' }, { dimValue: 1 }]);
}

/** A graph input or output. */
export function value(name: string, elemType: number, dim: onnx.TensorShapeProto.IDimension[]): onnx.IValueInfoProto {
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}
