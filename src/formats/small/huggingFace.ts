import { formatCount } from '../../common/formatFigures.ts';
import { linear, activationByName } from '../../network/activation.ts';
import { defaultInitialization } from '../../network/definition.ts';
import type { NetworkDefinition, Problem, Span } from '../../network/definition.ts';
import type { Format, ReadResult } from '../format.ts';
import { itemsOf, member, parseJson, spanOf, textOf } from '../json/json.ts';
import type { JsonNode, JsonObject } from '../json/json.ts';
import { jsonFormatOf } from '../sniff.ts';

/**
 * The config.json of a model on Hugging Face: sizes of a network whose layers are in the code of a library. What can be
 * said is said of one feed-forward block, where its activation is piecewise linear.
 */
export const huggingFace: Format = {
  id: 'huggingface-config',
  sniff: (text, fileName) => jsonFormatOf(text, fileName) === 'huggingface-config',
  read: readConfig,
};

function readConfig(text: string): ReadResult {
  const { root, problems: found } = parseJson(text);
  const problems: Problem[] = [...found];
  if (root?.kind !== 'object') return { format: huggingFace.id, networks: [], problems };
  const config = new Config(root);
  const block = config.isTransformer ? feedForwardBlock(config) : null;
  const place = config.kindSpan;
  problems.push({ code: 'unsupported-format', severity: 'information', message: sentence(config, block), span: place });
  return { format: huggingFace.id, networks: block ? [block] : [], problems };
}

const innerFields = ['intermediate_size', 'd_ff', 'ffn_dim', 'n_inner', 'hidden_dim', 'encoder_ffn_dim'];

/** Fields by whichever of their names a model uses. */
class Config {
  constructor(readonly root: JsonObject) {}

  field(...names: string[]): JsonNode | undefined {
    return names.map((name) => member(this.root, name)).find((node) => node !== undefined);
  }

  count(...names: string[]): number | undefined {
    const node = this.field(...names);
    const value = node?.kind === 'scalar' ? node.value : undefined;
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value < 2 ** 31
      ? value
      : undefined;
  }

  text(...names: string[]): string | undefined {
    return textOf(this.field(...names));
  }

  get kind(): string | undefined {
    return this.text('model_type', '_class_name') ?? textOf(itemsOf(this.field('architectures'))[0]);
  }

  get kindSpan(): Span {
    const node = this.field('model_type', '_class_name', 'architectures');
    return node ? spanOf(node) : { start: this.root.start, end: this.root.start + 1 };
  }

  get width(): number | undefined {
    return this.count('hidden_size', 'd_model', 'n_embd', 'dim');
  }

  get depth(): number | undefined {
    return this.count('num_hidden_layers', 'n_layer', 'n_layers', 'num_layers', 'encoder_layers');
  }

  get heads(): number | undefined {
    return this.count('num_attention_heads', 'n_head', 'n_heads', 'num_heads', 'encoder_attention_heads');
  }

  get inner(): number | undefined {
    const written = this.field(...innerFields);
    const isLeftOpen = !written || (written.kind === 'scalar' && written.value === null);
    if (!isLeftOpen || this.kind !== 'gpt2') return this.count(...innerFields);
    return this.width === undefined ? undefined : 4 * this.width;
  }

  get activation(): string | undefined {
    const name = this.text(
      'hidden_act',
      'activation_function',
      'hidden_activation',
      'dense_act_fn',
      'feed_forward_proj',
      'activation',
    );
    return name?.replace(/^gated-/, '');
  }

  get isGated(): boolean {
    const gated = /^(llama|mistral|mixtral|gemma\d?|qwen\d.*|phi3|deepseek.*|cohere.*|olmo.*)$/.test(this.kind ?? '');
    return gated || (this.text('feed_forward_proj') ?? '').startsWith('gated');
  }

  get isTransformer(): boolean {
    return this.heads !== undefined && this.width !== undefined;
  }
}

const convolutional = /^(resnet|regnet|mobilenet_v[12]|vgg|efficientnet|convnext(v2)?|timm_backbone|timm_wrapper|bit)$/;

function sentence(config: Config, block: NetworkDefinition | null): string {
  const kind = config.kind ?? 'a model';
  if (config.text('_class_name') !== undefined) {
    return `This configures ${kind} of Diffusers. Its attention, group normalization and SiLU units are not piecewise linear, so linear regions are not defined for it.`;
  }
  if (config.isTransformer) return transformerSentence(config, kind, block);
  if (convolutional.test(config.kind ?? '')) return convolutionalSentence(config, kind);
  return `This configures ${kind}: sizes for layers that are defined in the code of a library, not listed here. Exported to ONNX and written as JSON, or as a Keras model, its layers can be read.`;
}

function transformerSentence(config: Config, kind: string, block: NetworkDefinition | null): string {
  const { activation, depth, width, heads, inner } = config;
  const digits = (count: number | undefined) => count && formatCount(count);
  const parts = [
    ...(depth === undefined ? [] : [`${digits(depth)} layers`]),
    `width ${digits(width)}`,
    `${digits(heads)} attention heads`,
    ...(inner === undefined
      ? []
      : [`feed-forward layers of ${digits(inner)}${activation ? ` ${activation}` : ''} units`]),
  ];
  const known = activation === undefined ? undefined : activationByName(activation);
  const smooth = [
    'softmax attention',
    'normalization',
    ...(known?.kind === 'smooth' ? [activation] : []),
    ...(config.isGated ? ['gates'] : []),
  ];
  const list = `${smooth.slice(0, -1).join(', ')} and ${smooth[smooth.length - 1]}`;
  const rest = block ? ' What is shown is one feed-forward block as a function of what enters it.' : '';
  return `This configures a transformer (${kind}): ${parts.join(', ')}. Because of ${list} it is not piecewise linear: linear regions are not defined for the whole.${rest}`;
}

function convolutionalSentence(config: Config, kind: string): string {
  const activation = config.activation;
  const known = activation === undefined ? undefined : activationByName(activation);
  const export_ =
    'Its layers are in the code of a library, and the size of its input is not given here. Exported to ONNX and written as JSON they can be read.';
  if (known?.kind === 'smooth' || /^convnext/.test(kind)) {
    return `This configures a convolutional network (${kind}) with ${activation ?? 'gelu'} units, which are not piecewise linear, so linear regions are not defined for it.`;
  }
  return `This configures a convolutional network (${kind})${known ? ` with ${activation} units, which is piecewise linear` : ''}. ${export_}`;
}

/**
 * `x -> W2 act(W1 x + b1) + b2` of one layer and one token; null unless its activation is known to be piecewise linear.
 */
function feedForwardBlock(config: Config): NetworkDefinition | null {
  const { width, inner, activation: name } = config;
  const activation = name === undefined ? undefined : activationByName(name);
  if (width === undefined || inner === undefined || activation?.kind !== 'piecewiseLinear' || config.isGated)
    return null;
  const widthNode = config.field('hidden_size', 'd_model', 'n_embd', 'dim') ?? config.root;
  const innerNode = config.field(...innerFields) ?? widthNode;
  const layer = (units: number, node: JsonNode, at: number) => ({
    name: `dense_${at}`,
    type: 'dense',
    operation: { kind: 'dense', units, useBias: !/^t5|^mt5|^longt5/.test(config.kind ?? '') } as const,
    activation: at === 1 ? activation : linear,
    inputs: [at === 1 ? 'token' : 'dense_1'],
    span: spanOf(node),
    fields: { units: spanOf(node) },
  });
  return {
    name: 'feed-forward block',
    inputs: [{ name: 'token', shape: [width], span: spanOf(widthNode) }],
    layers: [layer(inner, innerNode, 1), layer(width, widthNode, 2)],
    outputs: [],
    initialization: defaultInitialization,
    span: spanOf(config.root),
    nameSpan: config.kindSpan,
  };
}
