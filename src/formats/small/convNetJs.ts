import { linear, relu } from '../../network/activation.ts';
import { defaultInitialization } from '../../network/definition.ts';
import type { LayerDefinition, NetworkDefinition, Problem } from '../../network/definition.ts';
import type { Window } from '../../network/operation.ts';
import { isWhole } from '../../network/wholeSizes.ts';
import type { Format, ReadOptions, ReadResult } from '../format.ts';
import { entryOf, itemsOf, member, parseJson, spanOf, textOf } from '../json/json.ts';
import type { JsonNode, JsonObject } from '../json/json.ts';
import { nameFromFile, Names } from '../names.ts';
import { jsonFormatOf } from '../sniff.ts';
import { convolutionWeights, denseWeights, maxoutWeights } from './convNetJsWeights.ts';

/** A ConvNetJS network as its `toJSON` writes it: layers with sizes, filters and biases. */
export const convnetjs: Format = {
  id: 'convnetjs',
  sniff: (text, fileName) => jsonFormatOf(text, fileName) === 'convnetjs',
  read: readConvNetJs,
};

function readConvNetJs(text: string, fileName: string, options: ReadOptions): ReadResult {
  const { root, problems } = parseJson(text);
  const reader = new LayersReader(text, options);
  const list = member(root ?? undefined, 'layers');
  const network = reader.network(list ?? root, nameFromFile(fileName));
  return { format: 'convnetjs', networks: network ? [network] : [], problems: [...problems, ...reader.problems] };
}

type Parts = Pick<LayerDefinition, 'type' | 'operation' | 'activation' | 'weights'>;

class LayersReader {
  readonly problems: Problem[] = [];
  private readonly names = new Names();
  private readonly layers: LayerDefinition[] = [];
  /** The output so far has positions. */
  private isSpatial = false;
  /** Why the layer being read cannot be analyzed. */
  private fault: string | null = null;

  constructor(
    private readonly text: string,
    private readonly options: ReadOptions,
  ) {}

  network(list: JsonNode | null, name: string): NetworkDefinition | null {
    const [first, ...rest] = itemsOf(list ?? undefined).filter(
      (item): item is JsonObject => item.kind === 'object' && !item.cut,
    );
    if (!list || !first) return null;
    const input = this.names.unique('input');
    const extents = ['out_sy', 'out_sx', 'out_depth'].map((field) => this.count(first, field, 1));
    this.isSpatial = extents[0] > 1 || extents[1] > 1;
    const shape = this.isSpatial ? extents : [extents[2]];
    for (let k = 0; k < rest.length; k++) k += this.add(rest[k], rest[k + 1]);
    const inputs = [{ name: input, shape, span: spanOf(first) }];
    const nameSpan = { start: list.start, end: list.start + 1 };
    return {
      name,
      inputs,
      layers: this.layers,
      outputs: [],
      initialization: defaultInitialization,
      span: spanOf(list),
      nameSpan,
    };
  }

  private report(code: string, severity: Problem['severity'], message: string, place: JsonNode): void {
    this.problems.push({ code, severity, message, span: spanOf(place) });
  }

  /** A whole number of at least `least`; the fallback where it is left out. Anything else is reported, and NaN. */
  private count(node: JsonNode, field: string, fallback?: number, least = 1): number {
    const value = member(node, field);
    if (value === undefined && fallback !== undefined) return fallback;
    if (value?.kind === 'scalar' && typeof value.value === 'number' && isWhole(value.value, least)) return value.value;
    const message = `${field} must be a whole number ${least === 0 ? 'of at least 0' : 'above zero'}.`;
    this.report(value ? 'bad-value' : 'missing-field', 'error', message, value ?? node);
    this.fault = message;
    return NaN;
  }

  /** A probability. */
  private probability(node: JsonNode, field: string, fallback: number): number {
    const value = member(node, field);
    if (value === undefined) return fallback;
    const number = value.kind === 'scalar' && typeof value.value === 'number' ? value.value : NaN;
    if (number >= 0 && number <= 1) return number;
    const message = `${field} must be a number from 0 to 1.`;
    this.report('bad-value', 'error', message, value);
    this.fault = message;
    return NaN;
  }

  /** Adds a layer; returns how many of those after it became a part of it. */
  private add(node: JsonObject, next: JsonObject | undefined): number {
    const type = textOf(member(node, 'layer_type')) ?? '';
    const isMaxout = type === 'fc' && next && textOf(member(next, 'layer_type')) === 'maxout';
    if (type === 'fc') this.flatten(node);
    this.fault = null;
    this.emit(node, isMaxout ? this.maxout(node, next) : this.parts(node, type));
    return isMaxout ? 1 : 0;
  }

  private emit(node: JsonObject, read: Parts): void {
    const parts =
      this.fault === null
        ? read
        : { ...read, operation: { kind: 'unknown', why: this.fault } as const, activation: linear };
    const fields = Object.fromEntries(node.entries.map(({ key, value }) => [key, spanOf(value)]));
    const renamed = {
      type: 'layer_type',
      units: 'out_depth',
      filters: 'out_depth',
      kernel_size: 'sx',
      pool_size: 'sx',
      strides: 'stride',
      padding: 'pad',
    };
    for (const [native, written] of Object.entries(renamed)) {
      const entry = entryOf(node, written);
      if (entry) fields[native] = spanOf(entry.value);
    }
    const name = this.names.numbered(parts.type);
    const inputs = [this.layers.at(-1)?.name ?? 'input'];
    this.layers.push({ ...parts, name, inputs, span: spanOf(node), fields });
  }

  /** Fully connected layers read all positions. */
  private flatten(node: JsonObject): void {
    if (this.isSpatial) this.emit(node, { type: 'flatten', operation: { kind: 'flatten' }, activation: linear });
    this.isSpatial = false;
  }

  private weights(node: JsonNode, read: () => LayerDefinition['weights'] | string): LayerDefinition['weights'] {
    if (!this.options.weights || !member(node, 'filters')) return undefined;
    const weights = read();
    if (typeof weights !== 'string') return weights;
    this.report('bad-value', 'error', `The weights cannot be read: ${weights}.`, member(node, 'filters') ?? node);
    return undefined;
  }

  private parts(node: JsonObject, type: string): Parts {
    const identity = { type: 'activation', operation: { kind: 'identity' }, activation: linear } as const;
    switch (type) {
      case 'conv': {
        const window = this.window(node);
        const filters = this.count(node, 'out_depth');
        const weights = this.weights(node, () => convolutionWeights(this.text, node, window.kernel));
        return {
          type: 'conv2d',
          operation: { kind: 'convolution', window, filters, groups: 1, useBias: true },
          activation: linear,
          weights,
        };
      }
      case 'pool':
        // Cells outside of the input take no part in the maximum.
        return {
          type: 'max_pooling2d',
          operation: { kind: 'maxPooling', window: this.window(node) },
          activation: linear,
        };
      case 'fc': {
        const weights = this.weights(node, () => denseWeights(this.text, node));
        return {
          type: 'dense',
          operation: { kind: 'dense', units: this.count(node, 'out_depth'), useBias: true },
          activation: linear,
          weights,
        };
      }
      case 'relu':
        return { ...identity, type: 'relu', activation: relu };
      case 'sigmoid':
      case 'tanh':
      case 'softmax':
        return {
          ...identity,
          type: type === 'softmax' ? 'softmax' : 'activation',
          activation: { kind: 'smooth', name: type },
        };
      case 'svm':
      case 'regression':
        return identity;
      case 'dropout': {
        // At prediction everything is multiplied by the probability with which it was dropped.
        const factor = this.probability(node, 'drop_prob', 0.5);
        return { ...identity, activation: { ...linear, slopes: [factor] } };
      }
      case 'lrn':
        return {
          ...identity,
          type: 'lrn',
          operation: {
            kind: 'notPiecewiseLinear',
            what: 'local response normalization',
            parameters: { constant: 0, perFeature: [] },
          },
        };
      default: {
        const why =
          type === 'maxout'
            ? 'A maxout over the filters of a convolution is not analyzed.'
            : `The ConvNetJS layer type ${type || 'without a name'} is not supported.`;
        this.report(
          type === 'maxout' ? 'unsupported' : 'unknown-layer',
          'warning',
          why,
          member(node, 'layer_type') ?? node,
        );
        return { ...identity, type: type || 'layer', operation: { kind: 'unknown', why } };
      }
    }
  }

  private window(node: JsonObject): Window {
    const columns = this.count(node, 'sx');
    const stride = this.count(node, 'stride', 1);
    const pad = this.count(node, 'pad', 0, 0);
    const sides = [pad, pad] as const;
    return {
      rank: 2,
      kernel: [this.count(node, 'sy', columns), columns],
      strides: [stride, stride],
      dilation: [1, 1],
      padding: pad === 0 ? 'valid' : [sides, sides],
    };
  }

  /** Each unit is the greatest of `group_size` neurons that stand side by side. */
  private maxout(node: JsonObject, next: JsonObject): Parts {
    const rank = this.count(next, 'group_size', 2);
    const units = Math.floor(this.count(node, 'out_depth') / rank);
    const weights = this.weights(node, () => maxoutWeights(this.text, node, rank));
    return { type: 'maxout', operation: { kind: 'maxout', units, rank }, activation: linear, weights };
  }
}
