import { NOWHERE } from '../../../network/definition.ts';
import type { Argument, Evaluation, Site } from '../evaluation/evaluation.ts';
import { addLayer } from '../evaluation/models.ts';
import { Dictionary, LayerValue, List, Unknown } from '../evaluation/values.ts';
import type { Property, Value, ModelValue } from '../evaluation/values.ts';

type Config = Map<string, Property>;

/** `net.makeLayers(layer_defs)` of ConvNetJS: each entry becomes the layers of Keras that compute the same. */
export function makeConvNetLayers(e: Evaluation, model: ModelValue, argument: Argument | undefined, site: Site): void {
  const definitions = argument?.value;
  if (!(definitions instanceof List)) {
    return addLayer(e, model, {
      value: definitions instanceof Unknown ? definitions : new Unknown(site.text, site.span),
      span: argument?.span,
    });
  }
  let spatial = false;
  definitions.items.forEach((item, i) => {
    e.step();
    const place = definitions.spans[i] ?? site.span;
    if (!(item instanceof Dictionary)) return addLayer(e, model, { value: item, span: place });
    const written = new Entry(e, item, place);
    const type = item.get('type');
    if (type === 'input') spatial = Number(item.get('out_sx') ?? 1) > 1 || Number(item.get('out_sy') ?? 1) > 1;
    for (const layer of layersOf(written, typeof type === 'string' ? type : 'unknown', spatial))
      addLayer(e, model, { value: layer, span: place });
    if (typeof type === 'string' && ['fc', 'softmax', 'regression', 'svm'].includes(type)) spatial = false;
  });
}

/** One entry of `layer_defs` while layers are made of it; all of them are at its place. */
class Entry {
  constructor(
    private readonly e: Evaluation,
    private readonly written: Dictionary,
    private readonly span: Argument['span'],
  ) {}

  has(name: string): boolean {
    return this.written.properties.has(name);
  }

  field(name: string, fallback?: Value): Property {
    return this.written.properties.get(name) ?? { value: fallback, span: undefined, keySpan: undefined };
  }

  layer(className: string, config: Record<string, Property>): LayerValue {
    const fields: Config = new Map(Object.entries(config).filter(([, property]) => property.value !== undefined));
    const span = this.span ?? this.written.span ?? NOWHERE;
    return new LayerValue(this.e.journal.next(), {
      className,
      config: fields,
      span,
      calleeSpan: this.field('type').span ?? span,
    });
  }

  list(...names: [string, Value][]): Property {
    const parts = names.map(([name, fallback]) => this.field(name, fallback));
    const value = this.e.list(
      parts.map((part) => part.value),
      parts.map((part) => part.span),
    );
    return { value, span: parts.find((part) => part.span)?.span, keySpan: undefined };
  }
}

function layersOf(entry: Entry, type: string, spatial: boolean): LayerValue[] {
  switch (type) {
    case 'input':
      return [entry.layer('InputLayer', { input_shape: inputShape(entry, spatial) })];
    case 'conv':
      return convolution(entry);
    case 'pool':
      return pooling(entry);
    case 'fc':
      return dense(entry, spatial, 'num_neurons');
    case 'regression':
      return dense(entry, spatial, 'num_neurons');
    case 'softmax':
    case 'svm':
      return dense(entry, spatial, 'num_classes', type === 'softmax' ? 'softmax' : undefined);
    case 'dropout':
      return [entry.layer('Dropout', {})];
    case 'relu':
    case 'sigmoid':
    case 'tanh':
      return [entry.layer('Activation', { activation: constant(type) })];
    default:
      return [entry.layer(type, {})];
  }
}

function constant(value: Value): Property {
  return { value, span: undefined, keySpan: undefined };
}

function inputShape(entry: Entry, spatial: boolean): Property {
  return spatial ? entry.list(['out_sy', 1], ['out_sx', 1], ['out_depth', 1]) : entry.list(['out_depth', 1]);
}

function padded(entry: Entry): LayerValue[] {
  const padding = entry.field('pad', 0);
  return padding.value === 0 ? [] : [entry.layer('ZeroPadding2D', { padding })];
}

function convolution(entry: Entry): LayerValue[] {
  const kernel = entry.has('sy') ? entry.list(['sy', undefined], ['sx', undefined]) : entry.field('sx');
  const layer = entry.layer('Conv2D', {
    filters: entry.field('filters'),
    kernel_size: kernel,
    strides: entry.field('stride', 1),
    activation: entry.field('activation'),
  });
  return [...padded(entry), layer];
}

function pooling(entry: Entry): LayerValue[] {
  // Padding is left out of the maximum there, which zeros are not.
  if (entry.field('pad', 0).value !== 0) return [entry.layer('pool with padding', {})];
  return [entry.layer('MaxPooling2D', { pool_size: entry.field('sx'), strides: entry.field('stride', 2) })];
}

function dense(entry: Entry, spatial: boolean, units: string, activation?: string): LayerValue[] {
  const flat = spatial ? [entry.layer('Flatten', {})] : [];
  if (entry.field('activation').value === 'maxout') {
    const rank = entry.field('group_size', 2);
    const { value, span } = entry.field(units);
    const count = typeof value === 'number' && typeof rank.value === 'number' ? Math.floor(value / rank.value) : value;
    return [...flat, entry.layer('MaxoutDense', { units: { value: count, span, keySpan: undefined }, rank })];
  }
  const given = activation === undefined ? entry.field('activation') : constant(activation);
  return [...flat, entry.layer('Dense', { units: entry.field(units), activation: given })];
}
