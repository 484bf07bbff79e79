'use strict';
const { TestEnvironment } = require('jest-environment-node');

/**
 * Jest runs tests in a realm of its own, whose typed arrays are not those of native addons: onnxruntime-node then
 * refuses a Float32Array as "not a Float32Array". Handing over the outer realm's constructors mends it.
 */
module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    const outer = {
      ArrayBuffer,
      SharedArrayBuffer,
      Uint8Array,
      Int8Array,
      Uint16Array,
      Int16Array,
      Uint32Array,
      Int32Array,
    };
    Object.assign(this.global, outer, { Float32Array, Float64Array, BigInt64Array, BigUint64Array });
  }
};
