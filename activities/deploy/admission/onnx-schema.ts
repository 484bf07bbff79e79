import type { Kind, Schema } from './wire';

// The messages of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, IR version 3 to 13) that a served
// model may be made of. What is left out (configurations, opaque types) is refused by being unknown.

const varint = { is: 'varint' } as const;
const bytes = { is: 'bytes' } as const;
const varints = { is: 'varint', many: true } as const;
const texts = { is: 'bytes', many: true } as const;
const one = (of: () => Schema): Kind => ({ is: 'message', of });
const many = (of: () => Schema): Kind => ({ is: 'message', of, many: true });

const Entry: Schema = { name: 'StringStringEntryProto', fields: { 1: bytes, 2: bytes } };
const OperatorSet: Schema = { name: 'OperatorSetIdProto', fields: { 1: bytes, 2: varint } };
const Segment: Schema = { name: 'TensorProto.Segment', fields: { 1: varint, 2: varint } };

/** A constant: dims 1, data_type 2, segment 3, typed data 4 to 7, 10 and 11, raw_data 9, external_data 13, data_location 14. */
export const Tensor: Schema = {
  name: 'TensorProto',
  fields: {
    1: varints,
    2: varint,
    3: one(() => Segment),
    4: { is: 'fixed32', many: true },
    5: varints,
    6: texts,
    7: varints,
    8: bytes,
    9: bytes,
    10: { is: 'fixed64', many: true },
    11: varints,
    12: bytes,
    13: many(() => Entry),
    14: varint,
    16: many(() => Entry),
  },
};

const SparseTensor: Schema = {
  name: 'SparseTensorProto',
  fields: { 1: one(() => Tensor), 2: one(() => Tensor), 3: varints },
};

const Dimension: Schema = { name: 'TensorShapeProto.Dimension', fields: { 1: varint, 2: bytes, 3: bytes } };
const Shape: Schema = { name: 'TensorShapeProto', fields: { 1: many(() => Dimension) } };
const TensorType: Schema = { name: 'TypeProto.Tensor', fields: { 1: varint, 2: one(() => Shape) } };
const Wrapped: Schema = { name: 'TypeProto.Sequence', fields: { 1: one(() => Type) } };
const MapType: Schema = { name: 'TypeProto.Map', fields: { 1: varint, 2: one(() => Type) } };
const Type: Schema = {
  name: 'TypeProto',
  fields: {
    1: one(() => TensorType),
    4: one(() => Wrapped),
    5: one(() => MapType),
    6: bytes,
    8: one(() => TensorType),
    9: one(() => Wrapped),
  },
};

const ValueInfo: Schema = {
  name: 'ValueInfoProto',
  fields: { 1: bytes, 2: one(() => Type), 3: bytes, 4: many(() => Entry) },
};

/** A node's attribute: tensor 5, graph 6, tensors 10, graphs 11, sparse 22 and 23. */
const Attribute: Schema = {
  name: 'AttributeProto',
  fields: {
    1: bytes,
    2: { is: 'fixed32' },
    3: varint,
    4: bytes,
    5: one(() => Tensor),
    6: one(() => Graph),
    7: { is: 'fixed32', many: true },
    8: varints,
    9: texts,
    10: many(() => Tensor),
    11: many(() => Graph),
    13: bytes,
    14: one(() => Type),
    15: many(() => Type),
    20: varint,
    21: bytes,
    22: one(() => SparseTensor),
    23: many(() => SparseTensor),
  },
};

const Node: Schema = {
  name: 'NodeProto',
  fields: {
    1: texts,
    2: texts,
    3: bytes,
    4: bytes,
    5: many(() => Attribute),
    6: bytes,
    7: bytes,
    9: many(() => Entry),
  },
};

const Annotation: Schema = { name: 'TensorAnnotation', fields: { 1: bytes, 2: many(() => Entry) } };

/** node 1, initializer 5, input 11, output 12, value_info 13, sparse_initializer 15. */
const Graph: Schema = {
  name: 'GraphProto',
  fields: {
    1: many(() => Node),
    2: bytes,
    5: many(() => Tensor),
    10: bytes,
    11: many(() => ValueInfo),
    12: many(() => ValueInfo),
    13: many(() => ValueInfo),
    14: many(() => Annotation),
    15: many(() => SparseTensor),
    16: many(() => Entry),
  },
};

/** ir_version 1, graph 7, opset_import 8, training_info 20, functions 25: the last two are known here to be refused by name. */
export const Model: Schema = {
  name: 'ModelProto',
  fields: {
    1: varint,
    2: bytes,
    3: bytes,
    4: bytes,
    5: varint,
    6: bytes,
    7: one(() => Graph),
    8: many(() => OperatorSet),
    14: many(() => Entry),
    20: texts,
    25: texts,
  },
};
