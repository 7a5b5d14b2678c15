import { zipSync } from 'fflate';
import { PbfWriter } from 'pbf';
import { describe, expect, it } from 'vitest';
import { foreignText } from '../../../../src/formats/foreign/texts.ts';
import { read, recognize } from '../../../../src/formats/registry.ts';
import { openWeights } from '../../../../src/formats/weights/open.ts';
import { source } from '../weights/files.ts';

const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const padded = (text: string, length = 600) => latin(text.padEnd(length, '\0'));

/** A message of texts and numbers, each under its number. */
function message(...fields: readonly (readonly [number, string | number])[]): Uint8Array {
  const writer = new PbfWriter();
  for (const [number, value] of fields) {
    if (typeof value === 'string') writer.writeStringField(number, value);
    else writer.writeVarintField(number, value);
  }
  return writer.finish();
}

describe('a binary file of another tool', () => {
  it.each([
    ['llama.gguf', padded('GGUF\x03'), 'is a GGUF file: weights of a language model.'],
    ['old.bin', padded('lmgg'), 'is a GGML file'],
    ['model.ort', padded('\x18\0\0\0ORTM'), "is a model in ONNX Runtime's own form"],
    ['model.pte', padded('\x1c\0\0\0ET12'), 'is an ExecuTorch program.'],
    ['model.rknn', padded('RKNN'), 'is an RKNN model.'],
    ['model.engine', padded('ptrt'), 'is a TensorRT engine.'],
    ['model.params', padded('\x12\x01\0\0\0\0\0\0'), 'holds weights of MXNet'],
    ['model.tar', latin(`${'data'.padEnd(257, '\0')}ustar`), 'is a tar archive. Unpack it'],
    ['model.onnx.gz', padded('\x1f\x8b\x08'), 'is compressed with gzip.'],
    ['manifest.ocdbt', padded('\x0c\xdb\x3a\x2a'), 'is part of a JAX checkpoint (Orbax)'],
    ['paper.pdf', padded('%PDF-1.7'), 'is a PDF document'],
    ['model.pkl', padded('\x80\x04\x95'), 'is a Python pickle, but none that PyTorch wrote.'],
    ['model.ckpt.index', latin('abcdefghijkl\x57\xfb\x80\x8b\x24\x75\x47\xdb'), 'is part of a TensorFlow checkpoint'],
    ['model.ckpt-9.data-00000-of-00001', padded('\x01\x02'), 'is part of a TensorFlow checkpoint'],
    ['checkpoint', padded('\x81\xa6params'), 'is a checkpoint of JAX (Flax)'],
    ['yolo.weights', padded('\0\0\0\0\x02\0\0\0'), 'looks like weights of Darknet'],
    ['saved_model.pb', message([1, 1], [2, 'meta graph']), 'is a TensorFlow SavedModel.'],
    ['frozen.pb', message([1, 'node'], [1, 'node'], [4, 'versions']), 'is a TensorFlow graph (GraphDef).'],
    ['model.mlmodel', message([1, 4], [2, 'description'], [500, 'network']), 'is a Core ML model.'],
    ['bvlc.caffemodel', message([1, 'name'], [100, 'layer']), 'holds weights and layers of Caffe'],
    ['package.zip', zipSync({ 'Data/com.apple.CoreML/model.mlmodel': latin('x') }), 'is a Core ML package.'],
    ['served.mar', zipSync({ 'MAR-INF/MANIFEST.json': latin('{}') }), 'is a TorchServe archive.'],
    ['models.zip', zipSync({ 'a/model.onnx': latin('x') }), 'is an archive with a model in it. Unpack it'],
  ])('%s is named, with what to do instead', (name, bytes, sentence) => {
    expect(read(source(name, bytes), name, { weights: false })).toBeNull();
    expect(() => openWeights(source(name, bytes))).toThrow(`${name} ${sentence}`);
  });
});

describe('a text of another tool', () => {
  it.each([
    ['deploy.prototxt', 'name: "LeNet"\nlayer {\n  type: "Convolution"\n  bottom: "data"\n}', 'a Caffe network'],
    ['graph.pbtxt', 'node {\n  name: "x"\n  op: "Placeholder"\n}', 'a TensorFlow graph as text'],
    [
      'yolov8.yaml',
      'nc: 80\nbackbone:\n  - [-1, 1, Conv, [64, 3, 2]]\nhead:\n  - [-1, 1, SPPF]\n',
      'an Ultralytics YOLO',
    ],
    ['train.yml', 'trainer:\n  max_epochs: 3\n', 'a YAML configuration'],
    ['model.param', '7767517\n75 83\n', 'an ncnn network'],
    ['model.xml', '<net name="m" version="11"><layers><layer id="0" type="Parameter"/></layers></net>', 'an OpenVINO'],
    ['model.pmml', '<PMML version="4.4"></PMML>', 'a PMML model'],
    ['model.mlir', 'module @m {\n  func.func @main() {\n  }\n}', 'a compiled program'],
    ['symbol.json', '{"nodes": [], "arg_nodes": [0], "heads": [[0, 0, 0]]}', 'an MXNet symbol'],
    ['model.safetensors.index.json', '{"metadata": {}, "weight_map": {"a": "b"}}', 'an index of weights'],
    [
      'manifest.json',
      '[{"paths": ["a.bin"], "weights": [{"name": "k", "dtype": "float32"}]}]',
      'TensorFlow.js weights',
    ],
    ['config.json', '{"architecture": "resnet18", "num_classes": 1000}', 'a timm configuration'],
    ['tokenizer.json', '{"added_tokens": []}', 'a tokenizer'],
    ['flux.jl', 'model = Chain(Dense(2 => 3, relu))', 'source code in a language that is not read'],
  ])('%s is named, with what to do instead', (name, text, words) => {
    expect(recognize(text, name)).toBeNull();
    expect(foreignText(text, name)).toContain(words);
  });

  it('of no known kind has no name', () => {
    for (const [name, text] of [
      ['notes.md', '# Layers\nThe backbone: a network.'],
      ['package.json', '{"name": "x", "dependencies": {}}'],
      ['data.csv', '1,2,3'],
    ])
      expect(foreignText(text, name)).toBeNull();
  });
});
