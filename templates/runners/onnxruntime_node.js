// SPDX-License-Identifier: Apache-2.0
// Runs a model in ONNX Runtime's package for Node.js. The program onnxhub starts this script in its
// sandbox (model/model_run.cpp): it reads one JSON request from standard input and answers in lines
// of JSON on standard output.
"use strict";
const fs = require("node:fs");

process.env.UV_THREADPOOL_SIZE = "1";

// The elements of these types have the same bytes in JavaScript and in ONNX. The binding takes no
// others, and ends the process when it gives some of them.
const types = {
  float: ["float32", Float32Array],
  double: ["float64", Float64Array],
  int8: ["int8", Int8Array],
  uint8: ["uint8", Uint8Array],
  int16: ["int16", Int16Array],
  uint16: ["uint16", Uint16Array],
  int32: ["int32", Int32Array],
  uint32: ["uint32", Uint32Array],
  int64: ["int64", BigInt64Array],
  uint64: ["uint64", BigUint64Array],
  bool: ["bool", Uint8Array],
  float16: ["float16", globalThis.Float16Array ?? Uint16Array],
};
const names = Object.fromEntries(Object.entries(types).map(([name, [theirs]]) => [theirs, name]));

class Unsupported extends Error {}

function answer(value) {
  fs.writeSync(1, JSON.stringify(value) + "\n");
}

function toTensor(Tensor, value) {
  if (!value || value.type === undefined) {
    throw new Unsupported("onnxruntime-node has no sequences, maps and optional values");
  }
  if (value.type === "string") return new Tensor("string", value.strings, value.dims);
  const known = types[value.type];
  if (!known) throw new Unsupported(`onnxruntime-node has no tensors of ${value.type}`);
  const bytes = Uint8Array.from(Buffer.from(value.data, "base64"));
  return new Tensor(known[0], new known[1](bytes.buffer), value.dims);
}

function fromTensor(tensor, name) {
  const type = tensor && (tensor.type === "string" ? "string" : names[tensor.type]);
  if (!type) throw new Unsupported(`onnxruntime-node gives no value of the output ${name}`);
  const dims = tensor.dims.map(Number);
  if (type === "string") return { type, dims, strings: Array.from(tensor.data) };
  const { buffer, byteOffset, byteLength } = tensor.data;
  return { type, dims, data: Buffer.from(buffer, byteOffset, byteLength).toString("base64") };
}

// An optional input may get a tensor.
function requireTensors(inputs, outputs) {
  for (const { name, isTensor, type } of [...inputs.filter((input) => input.isTensor), ...outputs]) {
    if (!isTensor) throw new Unsupported(`onnxruntime-node has no sequences, maps and optional values, such as ${name}`);
    if (type !== "string" && !names[type]) throw new Unsupported(`onnxruntime-node has no tensors of ${type}, such as ${name}`);
  }
}

async function main() {
  const request = JSON.parse(fs.readFileSync(0, "utf8"));
  const version = JSON.parse(fs.readFileSync(`${request.package}/package.json`, "utf8")).version;
  const { InferenceSession, Tensor } = require(request.package);
  answer({ runtime: version });
  if (request.model === undefined) return;
  let stage = "load";
  try {
    const model = typeof request.model === "string" ? request.model : fs.readFileSync(request.model);
    const session = await InferenceSession.create(model, {
      executionProviders: ["cpu"],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 4,
    });
    requireTensors(session.inputMetadata, session.outputMetadata);
    stage = "run";
    for (const set of request.sets) {
      const feeds = {};
      for (const [name, value] of Object.entries(set)) feeds[name] = toTensor(Tensor, value);
      const results = await session.run(feeds);
      const outputs = {};
      for (const name of session.outputNames) outputs[name] = fromTensor(results[name], name);
      answer({ outputs });
    }
  } catch (error) {
    answer({ error: String(error?.message ?? error), stage, unsupported: error instanceof Unsupported });
  }
}

main();
