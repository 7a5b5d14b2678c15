import { linear } from '../../../network/activation.ts';
import { defaultInitialization } from '../../../network/definition.ts';
import type {
  InputDefinition,
  LayerDefinition,
  NetworkDefinition,
  Problem,
  Span,
} from '../../../network/definition.ts';
import { kerasLayer } from '../../keras/layers.ts';
import type { KerasDialect } from '../../keras/layers.ts';
import { Names } from '../../names.ts';
import { isList, Unresolved } from '../../json/plain.ts';
import type { PlainValue } from '../../json/plain.ts';
import { camelCase } from './layerNames.ts';
import { inputShapeOf } from './models.ts';
import { toPlain } from './plain.ts';
import { unknownFieldProblem, unknownIn, unknownPlaceProblem, unknownSpan } from './unknownValue.ts';
import { LayerValue, ModelValue, Unknown } from './values.ts';
import type { Property, TensorSource, TensorValue } from './values.ts';

const MAX_LAYERS = 20_000;
const MAX_NESTING = 30;

/** Fields without which everything that is said of a layer still holds. */
const irrelevant =
  /^(?:name|trainable|dtype|weights|batch_size|seed|rate|noise_shape|momentum|epsilon|input_dtype|updatable)$|_(?:initializer|regularizer|constraint)$/;

/** Stands for fields that may be there: see `makeLayer`. */
const openField = '…';

/** Fields that are read elsewhere. */
const inputFields = new Set(['input_shape', 'batch_input_shape', 'input_dim', 'batch_size', 'name']);

/** How a language writes what sentences name. */
export interface Spelling {
  readonly dialect: KerasDialect;
  /** A field by Keras's name, as the language spells it. */
  readonly field: (name: string) => string;
  readonly comment: string;
}

const typescriptSpelling: Spelling = { dialect: 'tfjs', field: camelCase, comment: '//' };

export interface DescribedNetwork {
  readonly inputs: readonly InputDefinition[];
  readonly layers: readonly LayerDefinition[];
  readonly outputs: readonly string[];
  readonly problems: readonly Problem[];
}

/** What a model is made of, in the terms of every format. At most `room` layers are read. */
export function describeModel(model: ModelValue, room = MAX_LAYERS, spelling = typescriptSpelling): DescribedNetwork {
  const writer = new NetworkWriter(Math.min(room, MAX_LAYERS), spelling);
  const outputs = writer.writeModel(model, undefined);
  return writer.result(outputs);
}

/** What lies between the inputs and one symbolic tensor. */
export function describeTensor(tensor: TensorValue): DescribedNetwork {
  const writer = new NetworkWriter(MAX_LAYERS, typescriptSpelling);
  return writer.result(writer.writeTensors([tensor], new Map(), ''));
}

export function asDefinition(network: DescribedNetwork, name: string, span: Span, nameSpan: Span): NetworkDefinition {
  const { inputs, layers, outputs } = network;
  return { name, inputs, layers, outputs, initialization: defaultInitialization, span, nameSpan };
}

/** Names of the tensors that a layer or model gives. */
type Outputs = readonly string[];

class NetworkWriter {
  private readonly inputs: InputDefinition[] = [];
  private readonly layers: LayerDefinition[] = [];
  private readonly problems: Problem[] = [];
  private readonly names = new Names();
  /** The first application of each layer, which owns its weights. */
  private readonly owners = new Map<LayerValue, string>();
  private readonly open: ModelValue[] = [];
  /** Layers and models met, those that add no layer included. */
  private met = 0;

  constructor(
    private readonly room: number,
    private readonly spelling: Spelling,
  ) {}

  result(outputs: readonly string[]): DescribedNetwork {
    return { inputs: this.inputs, layers: this.layers, outputs: [...new Set(outputs)], problems: this.problems };
  }

  /** `given` are the tensors it is applied to; without, it has inputs of its own. */
  writeModel(model: ModelValue, given: Outputs | undefined, prefix = ''): Outputs {
    if (this.open.includes(model) || this.open.length > MAX_NESTING) {
      return [this.writeUnknown('A model that contains itself is not read.', given ?? [], model.span, prefix)];
    }
    this.open.push(model);
    const outputs =
      model.kind === 'sequential' ? this.writeSequence(model, given, prefix) : this.writeGraph(model, given, prefix);
    this.open.pop();
    if (!model.unfinished) return outputs;
    return [
      this.writeUnknown(
        'What follows was not read: following the source takes too many steps.',
        outputs,
        model.span,
        prefix,
      ),
    ];
  }

  /** Follows tensors back to those that `known` names, and writes down all that lies between. */
  writeTensors(targets: readonly TensorValue[], known: Map<TensorValue, string>, prefix: string): Outputs {
    const needed = new Set<TensorValue>();
    const pending = [...targets];
    for (let tensor = pending.pop(); tensor; tensor = pending.pop()) {
      if (needed.has(tensor) || known.has(tensor)) continue;
      needed.add(tensor);
      if (tensor.source.kind !== 'input') for (const input of tensor.source.inputs) pending.push(input);
    }
    // A tensor is made after those it is computed from.
    const sorted = [...needed].sort((a, b) => a.born - b.born);
    /** Applications by their output tensors: those of one call are made together. */
    const applied = new Map<readonly TensorValue[], Outputs>();
    for (const tensor of sorted) known.set(tensor, this.writeTensor(tensor, tensor.source, known, applied, prefix));
    return targets.map((tensor) => known.get(tensor) ?? '');
  }

  private writeTensor(
    tensor: TensorValue,
    source: TensorSource,
    known: ReadonlyMap<TensorValue, string>,
    applied: Map<readonly TensorValue[], Outputs>,
    prefix: string,
  ): string {
    if (source.kind === 'input') return this.writeInput(source.name, source, tensor.span);
    const inputs = source.inputs.map((input) => known.get(input) ?? '');
    if (source.kind === 'unknown') return this.writeDoubt(source.why, inputs, tensor.span, prefix);
    const outputs = applied.get(source.inputs) ?? this.apply(source.to, inputs, tensor.span, prefix);
    applied.set(source.inputs, outputs);
    return outputs[source.output] ?? outputs[0] ?? '';
  }

  private apply(to: LayerValue | ModelValue, inputs: Outputs, span: Span, prefix: string): Outputs {
    if (this.layers.length >= this.room || ++this.met > 2 * this.room) {
      const last = this.layers.at(-1);
      if (last?.type === 'limit') return [last.name];
      return [this.writeUnknown('There are more layers than are read.', inputs, span, prefix, 'limit')];
    }
    if (to instanceof LayerValue) return [this.writeLayer(to, inputs, prefix)];
    const label = to.givenName ?? to.bindings[0]?.name;
    return this.writeModel(to, inputs, label === undefined ? prefix : `${prefix}${label}/`);
  }

  private writeSequence(model: ModelValue, given: Outputs | undefined, prefix: string): Outputs {
    const { items, spans } = model.items;
    let current: Outputs | undefined = given;
    items.forEach((item, i) => {
      const span = spans[i] ?? model.span;
      if (item instanceof LayerValue && item.className === 'InputLayer') {
        current ??= [this.writeInput(undefined, inputShapeOf(item), item.span)];
      } else if (item instanceof LayerValue) {
        current ??= [this.writeInput(undefined, inputShapeOf(item), item.span)];
        current = this.apply(item, current, span, prefix);
      } else if (item instanceof ModelValue) {
        current = current ? this.apply(item, current, span, prefix) : this.writeModel(item, undefined, prefix);
      } else if (item instanceof Unknown) {
        current = [this.writeDoubt(item, current ?? [], span, prefix)];
      }
    });
    return current ?? [];
  }

  private writeGraph(model: ModelValue, given: Outputs | undefined, prefix: string): Outputs {
    const known = new Map<TensorValue, string>();
    model.inputs.forEach((tensor, i) => {
      if (given) known.set(tensor, given[i] ?? given[0] ?? '');
      else if (tensor.source.kind === 'input')
        known.set(tensor, this.writeInput(tensor.source.name, tensor.source, tensor.span));
    });
    const outputs = this.writeTensors(model.outputs, known, prefix);
    if (!model.missing || outputs.length > 0) return outputs;
    return [this.writeDoubt(model.missing, given ?? [], model.missing.span ?? model.span, prefix)];
  }

  /** The name of an input tensor. Where its shape is not known it stands for something that cannot be analyzed. */
  private writeInput(
    given: string | undefined,
    written: { shape: Property | undefined; shapeField: string } | undefined,
    span: Span,
  ): string {
    const field = this.spelling.field(written?.shapeField ?? 'input_shape');
    const property = written?.shape;
    const place = property?.span ?? span;
    const shape = toPlain(property?.value, written?.shapeField ?? 'input_shape');
    const extents = shapeOf(shape, written?.shapeField.startsWith('batch') === true);
    const name = given === undefined ? this.names.unique('input') : this.names.unique(given);
    if (extents) {
      this.inputs.push({ name, shape: extents, span: place });
      return name;
    }
    const problem = this.inputProblem(field, property, shape, place);
    this.problems.push(problem);
    const operation = { kind: 'unknown', why: problem.message } as const;
    this.layers.push({ name, type: 'input', operation, activation: linear, inputs: [], span: place, fields: {} });
    return name;
  }

  private inputProblem(
    field: string,
    property: Property | undefined,
    shape: PlainValue | undefined,
    span: Span,
  ): Problem {
    const unknown = unknownIn(property?.value);
    if (unknown)
      return unknownFieldProblem(field, unknown, unknownSpan(property?.value) ?? span, this.spelling.comment);
    if (property === undefined)
      return {
        code: 'missing-input-shape',
        severity: 'information',
        message: this.missingShape,
        span,
        supplied: this.spelling.field('input_shape'),
      };
    const open = isList(shape) && shape.includes(null);
    const none = this.spelling.comment === '#' ? 'None' : 'null';
    const fault = open
      ? `leaves a size open (${none}), so that nothing can be counted.`
      : 'is not a list of positive whole numbers.';
    return open
      ? { code: 'unknown-value', severity: 'information', message: `${field} ${fault}`, span }
      : { code: 'bad-value', severity: 'error', message: `${field} ${fault}`, span };
  }

  private get missingShape(): string {
    const field = this.spelling.field('input_shape');
    return `The shape of the input is not given here: the first layer needs ${field}. A comment supplies it: ${this.spelling.comment} @region-lens ${field} = […]`;
  }

  private nameOf(field: string): string {
    return field === openField ? 'A field' : this.spelling.field(field);
  }

  private writeLayer(layer: LayerValue, inputs: Outputs, prefix: string): string {
    const owner = this.owners.get(layer);
    const config: Record<string, PlainValue | undefined> = {};
    const fields: Record<string, Span> = { type: layer.calleeSpan };
    const unknowns: { field: string; value: Unknown; span: Span }[] = [];
    for (const [field, { value, span }] of layer.config) {
      // What a layer's own code makes of its fields was followed.
      if (inputFields.has(field) || layer.own) continue;
      const plain = toPlain(value, field);
      const isUnknown = plain instanceof Unresolved;
      if (isUnknown && irrelevant.test(field)) continue;
      if (span) fields[field] = span;
      const unknown = unknownIn(value);
      if (unknown) unknowns.push({ field, value: unknown, span: unknownSpan(value) ?? span ?? layer.span });
      config[field] = plain;
    }
    const { type, operation, activation, issues } = layer.own
      ? { ...layer.own, activation: linear, issues: [] }
      : kerasLayer(layer.className, config, this.spelling.dialect);
    const given = layer.config.get('name')?.value;
    const name = typeof given === 'string' ? this.names.unique(prefix + given) : this.names.numbered(prefix + type);
    const doubt = unknowns[0] && {
      kind: 'unknown' as const,
      why: `${this.nameOf(unknowns[0].field)} ${unknowns[0].value.predicate}.`,
    };
    const base = { name, type, activation, inputs, span: layer.span, fields };
    this.layers.push({ ...base, operation: doubt ?? operation, ...(owner === undefined ? {} : { sharedWith: owner }) });
    if (owner !== undefined) return name;
    this.owners.set(layer, name);
    for (const { field, value, span } of unknowns)
      this.problems.push(
        unknownFieldProblem(
          field === openField ? null : this.spelling.field(field),
          value,
          span,
          this.spelling.comment,
        ),
      );
    for (const { field, code, severity, message, replacement } of issues) {
      // A field that is missing may be among those that are not known.
      if (doubt && severity === 'error') continue;
      const text =
        field !== null && field.includes('_') ? message.replaceAll(field, this.spelling.field(field)) : message;
      const place = field === null ? undefined : fields[field];
      const meant = place && replacement !== undefined ? { replacement } : {};
      this.problems.push({ code, severity, message: text, span: place ?? layer.span, ...meant });
    }
    return name;
  }

  /** A place where it is not known what is built. */
  private writeDoubt(why: Unknown, inputs: Outputs, span: Span, prefix: string): string {
    const place = why.span ?? span;
    const what = why.derived ? 'What is built here' : 'What is used here';
    this.problems.push(unknownPlaceProblem(what, why, place, this.spelling.comment));
    return this.writeUnknown(`${what} ${why.predicate}.`, inputs, place, prefix);
  }

  private writeUnknown(why: string, inputs: Outputs, span: Span, prefix: string, type = 'unknown'): string {
    const name = this.names.numbered(`${prefix}${type}`);
    this.layers.push({ name, type, operation: { kind: 'unknown', why }, activation: linear, inputs, span, fields: {} });
    return name;
  }
}

/** Extents without the batch. */
function shapeOf(value: PlainValue | undefined, withBatch: boolean): number[] | undefined {
  if (typeof value === 'number') return isExtent(value) ? [value] : undefined;
  if (!isList(value)) return undefined;
  const extents = withBatch ? value.slice(1) : value;
  return extents.length > 0 && extents.every(isExtent) ? (extents as number[]) : undefined;
}

function isExtent(value: PlainValue): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}
