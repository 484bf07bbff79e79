// Danger: a model file that says one thing to the check and another to ONNX Runtime, or that costs the checker its life.
import * as fc from 'fast-check';
import { onnx } from 'onnx-proto';
import { walk } from '../../../activities/deploy/admission';
import { isPerennialError } from '../../../core/errors';
import { node, tinyBytes, tinyModel } from '../../tiny-model';

/** The code with which the walk refuses the bytes; null when it does not. */
function refusal(bytes: Uint8Array): string | null {
  try {
    walk(bytes);
    return null;
  } catch (error) {
    return isPerennialError(error) ? error.code : `a crash: ${String(error)}`;
  }
}

/** The tiny model after `change`. */
function changed(change: (model: onnx.ModelProto, graph: onnx.GraphProto) => void): Uint8Array {
  const model = tinyModel();
  const graph = onnx.GraphProto.create(model.graph ?? {});
  change(model, graph);
  model.graph = graph;
  return onnx.ModelProto.encode(model).finish();
}

const FLOAT = onnx.TensorProto.DataType.FLOAT;
const GRAPH = onnx.AttributeProto.AttributeType.GRAPH;

test('an honest model passes, and the walk names its columns', () => {
  const facts = walk(tinyBytes());
  expect(facts.inputs).toEqual([
    { name: 'x', type: 'number' },
    { name: 'carrier', type: 'text' },
    { name: 'at', type: 'timestamp' },
  ]);
  expect(facts.operatorSets).toEqual({ '': 15, 'ai.onnx.ml': 3 });
});

test.each(['weights.bin', '/etc/passwd', '../../../etc/passwd', '*/_ORT_MEM_ADDR_/*'])(
  'data outside the file is refused: %s',
  (location) => {
    const bytes = changed((_, graph) => {
      graph.initializer.push({
        name: 'w',
        dataType: FLOAT,
        dims: [4],
        dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
        externalData: [{ key: 'location', value: location }],
      });
    });
    expect(refusal(bytes)).toBe('PER_MODEL_052');
  },
);

test('external data is refused inside a node and in a branch as well', () => {
  const outside = { name: 'w', dataType: FLOAT, dims: [1], externalData: [{ key: 'location', value: 'w' }] };
  const constant = node('Constant', [], ['k'], '', [
    { name: 'value', type: onnx.AttributeProto.AttributeType.TENSOR, t: outside },
  ]);
  expect(refusal(changed((_, graph) => graph.node.push(constant)))).toBe('PER_MODEL_052');
  const branch = node('If', ['zero'], ['z'], '', [
    { name: 'then_branch', type: GRAPH, g: { name: 'b', node: [constant] } },
  ]);
  expect(refusal(changed((_, graph) => graph.node.push(branch)))).toBe('PER_MODEL_052');
});

test('local functions are refused, one or a chain of 3,000', () => {
  for (const count of [1, 3_000]) {
    const bytes = changed((model) => {
      model.functions = Array.from({ length: count }, (_, i) => ({
        name: `f${i}`,
        node: [node(i === 0 ? 'Identity' : `f${i - 1}`, ['a'], ['b'])],
      }));
    });
    expect(refusal(bytes)).toBe('PER_MODEL_053');
  }
});

test.each(['Loop', 'Scan', 'SequenceMap'])('%s is refused', (operator) => {
  expect(refusal(changed((_, graph) => graph.node.push(node(operator, ['x'], ['y']))))).toBe('PER_MODEL_054');
});

test('a Loop inside a branch is refused, and branches nested too deeply', () => {
  const nest = (inner: onnx.INodeProto, depth: number): onnx.INodeProto =>
    depth === 0
      ? inner
      : node('If', ['zero'], ['z'], '', [
          { name: 'then_branch', type: GRAPH, g: { name: 'b', node: [nest(inner, depth - 1)] } },
        ]);
  expect(refusal(changed((_, graph) => graph.node.push(nest(node('Loop', [], []), 2))))).toBe('PER_MODEL_054');
  expect(refusal(changed((_, graph) => graph.node.push(nest(node('Identity', ['x'], ['y']), 4))))).toBe(
    'PER_MODEL_056',
  );
  expect(refusal(changed((_, graph) => graph.node.push(nest(node('Identity', ['x'], ['y']), 400))))).toBe(
    'PER_MODEL_056',
  );
});

test('foreign operator domains are refused, imported or used', () => {
  expect(refusal(changed((model) => model.opsetImport.push({ domain: 'com.microsoft', version: 1 })))).toBe(
    'PER_MODEL_054',
  );
  expect(refusal(changed((_, graph) => graph.node.push(node('Gelu', ['x'], ['y'], 'com.microsoft'))))).toBe(
    'PER_MODEL_054',
  );
});

test.each([
  ['more than it holds', { dims: [1_000], floatData: [1] }],
  ['less than it holds', { dims: [1], floatData: [1, 2] }],
  ['a negative dimension', { dims: [-1], floatData: [1] }],
  ['dimensions that overflow', { dims: [2 ** 40, 2 ** 40], floatData: [] }],
  ['a short raw block', { dims: [4], rawData: Buffer.alloc(15) }],
  ['data twice', { dims: [1], floatData: [1], rawData: Buffer.alloc(4) }],
  ['data of another type', { dims: [1], int64Data: [1] }],
  ['a rank of 100', { dims: Array.from({ length: 100 }, () => 1), floatData: [1] }],
])('a constant that declares %s is refused', (_, tensor) => {
  const bytes = changed((_model, graph) => graph.initializer.push({ name: 'liar', dataType: FLOAT, ...tensor }));
  expect(refusal(bytes)).toBe('PER_MODEL_055');
});

test('a second graph, which another reader would merge with the first, is refused', () => {
  const twice = Buffer.concat([tinyBytes(), onnx.ModelProto.encode({ graph: { name: 'again' } }).finish()]);
  expect(refusal(twice)).toBe('PER_MODEL_051');
});

test('unknown fields and wrong wire types are refused', () => {
  expect(refusal(Buffer.concat([tinyBytes(), Buffer.from([0xd2, 0x01, 0x00])]))).toBe('PER_MODEL_051'); // field 26
  expect(refusal(Buffer.concat([tinyBytes(), Buffer.from([0x28 | 5, 0, 0, 0, 0])]))).toBe('PER_MODEL_051'); // field 5 as fixed32
});

test('inputs and outputs that serving could not feed or read are refused', () => {
  const wrong = (change: (graph: onnx.GraphProto) => void): string | null =>
    refusal(changed((_, graph) => change(graph)));
  expect(wrong((graph) => (graph.output = []))).toBe('PER_MODEL_057');
  expect(wrong((graph) => (graph.input = []))).toBe('PER_MODEL_057');
  expect(wrong((graph) => graph.input.push({ ...graph.input[0] }))).toBe('PER_MODEL_057');
  expect(
    wrong((graph) =>
      graph.input.push({
        name: 'wide',
        type: { tensorType: { elemType: FLOAT, shape: { dim: [{}, { dimValue: 3 }] } } },
      }),
    ),
  ).toBe('PER_MODEL_057');
});

test('an empty file is refused, and so is every truncation', () => {
  expect(refusal(new Uint8Array())).toBe('PER_MODEL_050');
  const bytes = tinyBytes();
  for (let length = 1; length < bytes.length; length++)
    expect(refusal(bytes.subarray(0, length))).toMatch(/^PER_MODEL_05/);
});

test('any bytes are either refused with a code or read; nothing else happens', () => {
  const bytes = tinyBytes();
  const places = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), places), (input) => {
      const mutant = input instanceof Uint8Array ? input : Uint8Array.from(bytes);
      if (!(input instanceof Uint8Array)) for (const [at, byte] of input) mutant[at] = byte;
      expect(refusal(mutant) ?? 'PER_MODEL_05').toMatch(/^PER_MODEL_05/);
    }),
    { numRuns: 2_000 },
  );
});
