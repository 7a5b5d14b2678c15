import { execFileSync } from 'node:child_process';
import { analyze } from '../../src/analysis/analyze.ts';
import { shownAsWritten } from '../../src/server/shownNetworks.ts';
import { LineIndex } from '../../src/analysis/lineIndex.ts';
import { inlayHints } from '../../src/server/features/inlayHints.ts';
import { defaultSettings } from '../../src/server/settings.ts';

const everything = { start: { line: 0, character: 0 }, end: { line: 1e9, character: 0 } };
const megabytes = (text: string) => (text.length / 1e6).toFixed(1);

/**
 * From a text to its hints, for large files of each kind: the time the first time that a process does it and again, and
 * what the heap grows by beyond the text.
 */
export function main(): void {
  console.log('file                                     MB  first ms   again   heap MB   layers');
  for (const [name, make] of Object.entries(files)) {
    const first = execFileSync(process.execPath, [
      '-e',
      'require(process.argv[1]).first(process.argv[2])',
      __filename,
      name,
    ]);
    const text = make();
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const { layers } = hinted(name, text);
    const heap = (process.memoryUsage().heapUsed - before) / 1e6;
    const again = Math.min(...[1, 2, 3].map(() => hinted(name, text).took));
    const cells = [
      megabytes(text).padStart(6),
      String(first).trim().padStart(9),
      again.toFixed(0).padStart(7),
      heap.toFixed(1).padStart(9),
      String(layers).padStart(8),
    ];
    console.log(`${name.padEnd(36)} ${cells.join(' ')}`);
  }
}

/** Prints the milliseconds that one file takes. */
export function first(name: string): void {
  console.log(hinted(name, files[name]()).took.toFixed(0));
}

function hinted(name: string, text: string): { readonly took: number; readonly layers: number } {
  const began = performance.now();
  const analysis = analyze(text, `${name}.json`);
  if (!analysis) throw new Error(`${name} holds no network`);
  const document = {
    uri: name,
    version: 1,
    text,
    fileName: name,
    analysis,
    lines: new LineIndex(text),
    shown: shownAsWritten(analysis),
    source: { uri: name, version: 1, fileName: name },
  };
  const hints = inlayHints(document, everything, defaultSettings);
  const took = performance.now() - began;
  if (hints.length === 0) throw new Error(`${name} has no hints`);
  return { took, layers: analysis.networks[0].network.layers.length };
}

/** This many numbers as programs write them. */
function numbers(count: number): string {
  return Array.from({ length: count }, (_, i) => (((i * 7919) % 20011) / 20011 - 0.5).toFixed(16)).join(',');
}

const width = 840;
const row = `[${numbers(width)}]`;
const matrix = `[${Array<string>(width).fill(row).join(',')}]`;
const vector = row;

const files: Readonly<Record<string, () => string>> = {
  'native, weights inline': () => {
    const layer = `{"type":"dense","units":${width},"activation":"relu","weights":{"kernel":${matrix},"bias":${vector}}}`;
    return `{"input":[${width}],"layers":[${layer},${layer},${layer},{"type":"dense","units":1}]}`;
  },
  'brain.js': () => {
    const layer = `{"weights":${matrix},"biases":${vector}}`;
    const sizes = Array<number>(4).fill(width).join(',');
    return `{"type":"NeuralNetwork","sizes":[${sizes}],"layers":[{"weights":[],"biases":[]},${layer},${layer},${layer}],"trainOpts":{"activation":"relu"}}`;
  },
  ConvNetJS: () => {
    const entries = numbers(width)
      .split(',')
      .map((value, i) => `"${i}":${value}`)
      .join(',');
    const volume = `{"sx":1,"sy":1,"depth":${width},"w":{${entries}}}`;
    const layer = `{"layer_type":"fc","out_depth":${width},"out_sx":1,"out_sy":1,"filters":[${Array<string>(width).fill(volume).join(',')}],"biases":${volume}},{"layer_type":"relu"}`;
    return `{"layers":[{"layer_type":"input","out_sx":1,"out_sy":1,"out_depth":${width}},${layer},${layer},${layer}]}`;
  },
  'ONNX, lists of numbers': () => onnx(() => `"floatData":[${matrix.replaceAll(/[[\]]/g, '')}]`),
  'ONNX, raw data': () => onnx(() => `"rawData":"${'Gj8A'.repeat(4_400_000)}"`),
  'native, 4,000 layers': () => {
    const layers = Array<string>(4000).fill('{"type":"dense","units":16,"activation":"relu"}').join(',\n');
    return `{"input":[16],"layers":[\n${layers}\n]}`;
  },
  'Keras, 4,000 layers in a graph': () => {
    const layer = (i: number) =>
      `{"class_name":"Dense","name":"d${i}","config":{"name":"d${i}","units":16,"activation":"relu"},"inbound_nodes":[[["${i === 0 ? 'in' : `d${i - 1}`}",0,0,{}]]]}`;
    const input =
      '{"class_name":"InputLayer","name":"in","config":{"name":"in","batch_input_shape":[null,16]},"inbound_nodes":[]}';
    const layers = [input, ...Array.from({ length: 4000 }, (_, i) => layer(i))].join(',\n');
    return `{"class_name":"Functional","config":{"layers":[${layers}],"input_layers":[["in",0,0]],"output_layers":[["d3999",0,0]]}}`;
  },
  'graph model, 4,000 layers': () => {
    const nodes = Array.from(
      { length: 4000 },
      (_, i) =>
        `{"name":"w${i}","op":"Const"},{"name":"m${i}","op":"MatMul","input":["${i === 0 ? 'x' : `r${i - 1}`}","w${i}"]},{"name":"r${i}","op":"Relu","input":["m${i}"]}`,
    );
    const listed = Array.from({ length: 4000 }, (_, i) => `{"name":"w${i}","shape":[16,16],"dtype":"float32"}`);
    const input = '{"name":"x","op":"Placeholder","attr":{"shape":{"shape":{"dim":[{"size":"-1"},{"size":"16"}]}}}}';
    return `{"modelTopology":{"node":[${[input, ...nodes].join(',\n')}]},"weightsManifest":[{"paths":[],"weights":[${listed.join(',\n')}]}]}`;
  },
};

function onnx(data: () => string): string {
  const weights = [1, 2, 3].map((k) => `{"name":"w${k}","dims":["${width}","${width}"],"dataType":1,${data()}}`);
  const nodes = [1, 2, 3].map(
    (k) =>
      `{"opType":"MatMul","input":["${k === 1 ? 'x' : `r${k - 1}`}","w${k}"],"output":["m${k}"]},{"opType":"Relu","input":["m${k}"],"output":["r${k}"]}`,
  );
  const input = `{"name":"x","type":{"tensorType":{"elemType":1,"shape":{"dim":[{"dimValue":"1"},{"dimValue":"${width}"}]}}}}`;
  return `{"irVersion":"9","graph":{"node":[${nodes.join(',')}],"initializer":[${weights.join(',')}],"input":[${input}],"output":[{"name":"r3"}]}}`;
}
