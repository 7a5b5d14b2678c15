/** Texts of other tools that describe networks, or stand beside them: each is named, with what to do instead. */

const toOnnx = 'Convert the model to ONNX (.onnx) or Keras, which are read.';
const inCode = 'its layers are defined in code. Export the model to ONNX (.onnx), which is read';

interface TextKind {
  readonly isOne: (text: string, fileName: string) => boolean;
  readonly sentence: string;
}

const ending = (pattern: RegExp) => (_text: string, fileName: string) => pattern.test(fileName);
const content =
  (...patterns: readonly RegExp[]) =>
  (text: string) =>
    patterns.every((pattern) => pattern.test(text));

const kinds: readonly TextKind[] = [
  {
    isOne: content(/^\s*"\s*\{\s*\\"/),
    sentence:
      'This is JSON inside of a JSON string: it was turned into text twice. Save it without the outer quotes (JSON.parse, json.loads).',
  },
  {
    isOne: content(/^[ \t]*layers?[ \t]*\{/m, /^[ \t]*(?:bottom|top)[ \t]*:/m),
    sentence: `This is a Caffe network (prototxt), which is not read. ${toOnnx}`,
  },
  {
    isOne: content(/^[ \t]*node[ \t]*\{/m, /^[ \t]*op[ \t]*:/m),
    sentence: `This is a TensorFlow graph as text (pbtxt), which is not read. ${toOnnx}`,
  },
  {
    isOne: content(/^backbone:\s*(?:#.*)?$/m, /^head:\s*(?:#.*)?$/m),
    sentence: `This is an Ultralytics YOLO configuration: ${inCode} (yolo export format=onnx).`,
  },
  {
    isOne: content(/^7767517\s/),
    sentence: `This is an ncnn network (.param), which is not read. ${toOnnx}`,
  },
  {
    isOne: content(/<net\b[^>]*\bname=/, /<layers>/, /<layer\b[^>]*\btype=/),
    sentence: `This is an OpenVINO network (.xml), which is not read. Give the model that it was converted from, such as ONNX (.onnx).`,
  },
  { isOne: content(/<PMML\b/), sentence: `This is a PMML model, which is not read. ${toOnnx}` },
  {
    isOne: content(/^\s*(?:module\b[^\n]*\{|HloModule\b)/, /\b(?:func\.func|stablehlo\.|mhlo\.|ENTRY\b)/),
    sentence: `This is a compiled program (MLIR or HLO), which is not read. Export the model to ONNX (.onnx) or Keras instead.`,
  },
  {
    isOne: content(/^\s*\{/, /"nodes"\s*:/, /"arg_nodes"\s*:/, /"heads"\s*:/),
    sentence: `This is an MXNet symbol, which is not read. ${toOnnx}`,
  },
  {
    isOne: content(/^\s*\{/, /"weight_map"\s*:/),
    sentence:
      'This is an index of weights in several files; it has no layers. Give the definition of the network as FILE and the weights with --weights.',
  },
  {
    isOne: content(/^\s*[[{]/, /"paths"\s*:\s*\[/, /"weights"\s*:\s*\[/, /"dtype"\s*:/),
    sentence:
      'This is a list of TensorFlow.js weights without its model. Give the model.json that names these weights.',
  },
  {
    isOne: content(/^\s*\{/, /"architecture"\s*:\s*"/, /"(?:num_classes|pretrained_cfg|num_features)"\s*:/),
    sentence: `This is a timm configuration: it names an architecture, and ${inCode}.`,
  },
  {
    isOne: content(/^\s*\{/, /"(?:added_tokens|tokenizer_class|vocab|merges)"\s*:/),
    sentence: 'This describes a tokenizer, not a network.',
  },
  {
    isOne: content(/^\s*\{/, /"zarr_format"\s*:|"ocdbt/),
    sentence:
      'This is part of a JAX checkpoint (Orbax), which holds weights and no layers. Give the definition of the network, and its weights as safetensors or .npz.',
  },
  {
    isOne: ending(/\.ya?ml$/i),
    sentence: `This is a YAML configuration. It may set sizes of a network, but ${inCode}.`,
  },
  {
    isOne: ending(/\.(?:jl|m|r|swift|rs|go|java|kt|cs|cpp|cc|c|h|lua|scala)$/i),
    sentence: `This is source code in a language that is not read. Export the model to ONNX (.onnx) or Keras, which are read.`,
  },
];

/** Where nothing is longer than the beginning of any of these. */
const LOOKED_AT = 1_000_000;

/** A sentence about a text that holds no network: what it is, and what to give instead. */
export function foreignText(text: string, fileName: string): string | null {
  const beginning = text.slice(0, LOOKED_AT);
  return kinds.find(({ isOne }) => isOne(beginning, fileName))?.sentence ?? null;
}
