import { formatCount } from '../common/formatFigures.ts';
import { piecesOf } from './activation.ts';
import { inputField, type LayerDefinition, type NetworkDefinition, type Problem } from './definition.ts';
import { inferShape } from './inferShape.ts';
import { inputTensor, type Layer, type Network, type TheoryScope, type TensorId } from './network.ts';
import type { LayerWeights, Operation } from './operation.ts';
import { parameterCount, totalParameters, weightShapes } from './parameters.ts';
import { asWritten, formatShape, sameShape, sizeOf, type Shape } from './shape.ts';
import { didYouMean } from './suggest.ts';
import { neuronsOf, operationPieces, unitStages } from './units.ts';

export interface BuiltNetwork {
  readonly network: Network;
  readonly problems: readonly Problem[];
}

/**
 * Infers shapes and puts layers into topological order. What cannot be resolved is reported and left out, never thrown.
 */
export function buildNetwork(definition: NetworkDefinition): BuiltNetwork {
  return new Builder(definition).build();
}

/** Every bound is computed and explained for each: of more, that would take seconds. */
const MAX_LAYERS = 4000;

type ShapedOperation = Pick<Layer, 'operation' | 'activation' | 'inputShapes' | 'outputShape'>;

class Builder {
  private readonly problems: Problem[] = [];
  private readonly layers: Layer[] = [];
  /** Tensors by name; null for a layer that could not be resolved. */
  private readonly tensors = new Map<string, TensorId | null>();
  /** By operation, the last layer with it: readers give layers that are written alike one operation object. */
  private readonly lastWith = new Map<Operation, ShapedOperation & Pick<Layer, 'parameters'>>();

  private names: ReadonlySet<string> | undefined;

  constructor(private readonly definition: NetworkDefinition) {}

  build(): BuiltNetwork {
    const { definition } = this;
    const inputs = definition.inputs.map((input, k) => {
      const isSound = input.shape.length > 0 && input.shape.every((extent) => Number.isInteger(extent) && extent > 0);
      const fits = isSound && Number.isSafeInteger(sizeOf(input.shape));
      if (isSound && !fits) this.tooLarge(input.span);
      this.tensors.set(input.name, fits ? inputTensor(k) : null);
      const { name, channelsFirst, source } = input;
      return {
        name,
        shape: fits ? input.shape : [],
        ...(channelsFirst && { channelsFirst }),
        ...(source !== undefined && { source }),
      };
    });
    if (definition.layers.length > MAX_LAYERS) this.tooManyLayers();
    else for (const index of this.order()) this.resolve(index);
    const network: Network = {
      name: definition.name,
      inputs,
      layers: this.layers,
      outputs: this.outputs(),
      initialization: definition.initialization,
      inputSize: inputs.every(({ shape }) => shape.length > 0)
        ? inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
        : 0,
      complete: this.layers.length === definition.layers.length,
    };
    this.compareWeights(network);
    return { network, problems: this.problems };
  }

  private compareWeights(network: Network): void {
    const { statedWeights: stated } = this.definition;
    const total = network.complete ? totalParameters(network.layers) : null;
    if (!stated || total === null || total === stated.count) return;
    const [listed, needed] = [stated.count, total].map(formatCount);
    const message = `The file lists ${listed} weights, its layers have ${needed}: they do not belong together, or a layer is not what it seems.`;
    this.report('parameter-total', message, stated.span, 'warning');
  }

  private tooManyLayers(): void {
    const [count, most] = [this.definition.layers.length, MAX_LAYERS].map(formatCount);
    this.report('too-large', `${count} layers are more than the ${most} that are analyzed`, this.definition.span);
  }

  private tooLarge(span: Problem['span']): void {
    this.report('too-large', 'more than 2^53 numbers: too large to count', span);
  }

  private report(code: string, message: string, span: Problem['span'], severity: Problem['severity'] = 'error'): void {
    this.problems.push({ code, severity, message, span });
  }

  /** Definition indices, each after those it reads from, otherwise as written (iterative depth-first search). */
  private order(): number[] {
    const { layers } = this.definition;
    const byName = new Map<string, number>();
    layers.forEach((layer, i) => !byName.has(layer.name) && byName.set(layer.name, i));
    const state = new Uint8Array(layers.length); // 0 new, 1 open, 2 done
    const sorted: number[] = [];
    for (let root = 0; root < layers.length; root++) {
      const stack = state[root] === 0 ? [root] : [];
      while (stack.length > 0) {
        const i = stack[stack.length - 1];
        if (state[i] === 0) {
          state[i] = 1;
          const { inputs } = layers[i];
          let isCyclic = false;
          // From the last, so that the first input is resolved first.
          for (let k = inputs.length - 1; k >= 0; k--) {
            const j = byName.get(inputs[k]);
            if (j === undefined) continue;
            isCyclic ||= state[j] === 1;
            if (state[j] === 0) stack.push(j);
          }
          if (isCyclic) this.reportCycle(layers[i]);
        } else {
          stack.pop();
          if (state[i] === 1) {
            state[i] = 2;
            sorted.push(i);
          }
        }
      }
    }
    return sorted;
  }

  private reportCycle(layer: LayerDefinition): void {
    this.report('cycle', `${layer.name} depends on its own output`, layer.fields.inputs ?? layer.span);
  }

  private resolve(index: number): void {
    const written = this.definition.layers[index];
    const sources = this.sources(written);
    if (!this.tensors.has(written.name)) this.tensors.set(written.name, null);
    if (sources === null) return;
    const given = sources.map((tensor) => this.shapeOf(tensor));
    const before = this.lastWith.get(written.operation);
    const isRepeated = before && before.activation === written.activation && sameShapes(before.inputShapes, given);
    const inputShapes = isRepeated ? before.inputShapes : given;
    const operation = isRepeated ? before.operation : positionwise(written.operation, given[0]);
    const inferred = isRepeated ? { shape: before.outputShape } : inferShape(operation, inputShapes);
    if ('fault' in inferred) {
      const { field, message, isUnsupported } = inferred.fault;
      const place = written.fields[field ?? ''] ?? written.span;
      // The reader has already reported what it could not understand, at a better place.
      if (isUnsupported) this.report('unsupported', `${written.name} ${message}`, place, 'warning');
      else if (operation.kind !== 'unknown') this.report('shape-mismatch', `${written.name}: ${message}`, place);
      return;
    }
    if (!inferred.shape.every((extent) => extent > 0)) {
      return this.report(
        'shape-mismatch',
        `${written.name}: the output would be ${formatShape(asWritten(inferred.shape, written.channelsFirst))}`,
        written.span,
      );
    }
    if (!Number.isSafeInteger(sizeOf(inferred.shape))) return this.tooLarge(written.span);
    if (operation !== written.operation) this.remarkPositionwise(written, inputShapes[0]);
    const bare = { operation, activation: written.activation, inputShapes, outputShape: inferred.shape };
    const parameters = isRepeated ? before.parameters : parameterCount(bare);
    const layer = this.layer(index, bare, sources, parameters);
    if (!isRepeated) this.lastWith.set(written.operation, { ...bare, parameters });
    this.layers.push(layer);
    if (this.tensors.get(written.name) === null) this.tensors.set(written.name, layer.index);
  }

  private sources(written: LayerDefinition): TensorId[] | null {
    const sources: TensorId[] = [];
    for (const [i, name] of written.inputs.entries()) {
      const tensor = this.tensors.get(name);
      if (tensor === undefined && !this.isLayer(name)) this.reportUnknownInput(written, i);
      if (tensor === undefined || tensor === null) return null;
      sources.push(tensor);
    }
    return sources.length > 0 ? sources : null;
  }

  private reportUnknownInput(written: LayerDefinition, i: number): void {
    const { fields, span, inputs } = written;
    const names = [...this.definition.inputs, ...this.definition.layers].map((each) => each.name);
    const others = names.filter((name) => name !== written.name);
    const { advice, replacement } = didYouMean(inputs[i], others);
    const own = fields[inputField(i)];
    const message = `No layer or input is named '${inputs[i]}'.${advice}`;
    const meant = own && replacement !== undefined ? { replacement } : {};
    this.problems.push({
      code: 'unknown-input',
      severity: 'error',
      message,
      span: own ?? fields.inputs ?? span,
      ...meant,
    });
  }

  private isLayer(name: string): boolean {
    this.names ??= new Set(this.definition.layers.map((layer) => layer.name));
    return this.names.has(name);
  }

  private shapeOf(tensor: TensorId): Shape {
    return tensor < 0 ? this.definition.inputs[-1 - tensor].shape : this.layers[tensor].outputShape;
  }

  private remarkPositionwise(written: LayerDefinition, input: Shape): void {
    const positions = formatShape(input.slice(0, -1));
    const message = `${written.name} acts on the last axis at each of the ${positions} positions; flatten first to connect them all`;
    this.report('dense-on-positions', message, written.fields.type ?? written.span, 'hint');
  }

  private layer(
    definition: number,
    bare: ShapedOperation,
    inputs: readonly TensorId[],
    parameters: number | null,
  ): Layer {
    const written = this.definition.layers[definition];
    const { operation, inputShapes, outputShape } = bare;
    const scope = this.scope(bare, written, inputs);
    const stages = unitStages(bare, scope);
    const owner = written.sharedWith === undefined ? undefined : this.tensors.get(written.sharedWith);
    const sharedWith = owner === null || owner === undefined || owner < 0 ? undefined : owner;
    if (sharedWith !== undefined) this.compareShared(written, bare, this.layers[sharedWith]);
    return {
      index: this.layers.length,
      definition,
      name: written.name,
      type: written.type,
      operation,
      activation: written.activation,
      inputs,
      inputShapes,
      outputShape,
      ...(written.channelsFirst && { channelsFirst: true }),
      stages,
      neurons: neuronsOf(stages),
      pieceCount: Math.max(1, operationPieces(operation, inputShapes), piecesOf(written.activation)),
      parameters: sharedWith === undefined ? parameters : 0,
      scope,
      weights: this.checkedWeights(written, bare, operation !== written.operation),
      sharedWith,
    };
  }

  /** One layer's weights serve another if they have the same shapes, apart from windows of one position. */
  private compareShared(written: LayerDefinition, bare: ShapedOperation, owner: Layer): void {
    const theirs = weightShapes(owner);
    for (const [name, shape] of Object.entries(weightShapes(bare))) {
      const other = theirs[name];
      if (other && sameShape(withoutLeadingOnes(shape), withoutLeadingOnes(other))) continue;
      const has = other ? `is ${formatShape(other)}` : 'does not exist';
      const message = `${written.name}: ${name} of ${owner.name} ${has}, the layer needs ${formatShape(shape)}`;
      return this.report('weights-shape', message, written.fields.shared_with ?? written.span);
    }
  }

  private scope(
    { operation, inputShapes }: ShapedOperation,
    written: LayerDefinition,
    inputs: readonly TensorId[],
  ): TheoryScope {
    const after = inputs.some((tensor) => tensor >= 0 && this.layers[tensor].scope !== 'piecewiseLinear');
    if (after || operationPieces(operation, inputShapes) === 0) return 'beyond';
    return piecesOf(written.activation) === 0 ? 'boundary' : 'piecewiseLinear';
  }

  /** The weights whose shapes are right; a wrong one is reported, and then none is used. */
  private checkedWeights(
    written: LayerDefinition,
    bare: ShapedOperation,
    isPositionwise: boolean,
  ): LayerWeights | undefined {
    if (!written.weights) return undefined;
    const expected = weightShapes(bare);
    const weights: Record<string, LayerWeights[string]> = {};
    for (const [name, tensor] of Object.entries(written.weights)) {
      const wanted = expected[name];
      if (!wanted) continue;
      // A dense kernel used at every position is written [in, out] and used as a convolution of size one.
      const shape = isPositionwise && name === 'kernel' ? wanted : tensor.shape;
      if (!sameShape(shape, wanted) || sizeOf(tensor.shape) !== sizeOf(wanted)) {
        const message = `${written.name}: ${name} is ${formatShape(tensor.shape)}, the layer needs ${formatShape(wanted)}`;
        this.report('weights-shape', message, written.fields.weights ?? written.span);
        return undefined;
      }
      weights[name] = { shape, data: tensor.data };
    }
    return weights;
  }

  private outputs(): TensorId[] {
    const named = this.definition.outputs
      .map((name) => this.tensors.get(name))
      .filter((id) => id !== undefined && id !== null);
    if (named.length > 0) return named;
    const read = new Set(this.layers.flatMap((layer) => layer.inputs));
    return this.layers.filter((layer) => !read.has(layer.index)).map((layer) => layer.index);
  }
}

function sameShapes(a: readonly Shape[], b: readonly Shape[]): boolean {
  return a.length === b.length && a.every((shape, k) => sameShape(shape, b[k]));
}

function withoutLeadingOnes(shape: Shape): Shape {
  return shape.slice(shape.findIndex((extent) => extent > 1));
}

/** Keras's dense layer works on the last axis: on positions it is a convolution with a window of one. */
function positionwise(operation: Operation, input: Shape): Operation {
  if (operation.kind !== 'dense' || (input.length !== 2 && input.length !== 3)) return operation;
  return {
    kind: 'convolution',
    window: {
      rank: input.length === 2 ? 1 : 2,
      kernel: [1, 1],
      strides: [1, 1],
      dilation: [1, 1],
      padding: 'valid',
    },
    filters: operation.units,
    groups: 1,
    useBias: operation.useBias,
  };
}
