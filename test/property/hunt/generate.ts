import { analyzedLayers, type Network } from '../../../src/network/network.ts';
import { sizeOf } from '../../../src/network/shape.ts';
import { Choices } from './choices.ts';
import {
  affineTypes,
  layerFields,
  mergeTypes,
  shapeKeepers,
  tailFields,
  typesFor,
  type Fields,
} from './layerFields.ts';
import { open, type NativeFile, type NativeLayer } from './nativeFile.ts';
import { weighted } from './weights.ts';

/** How large networks are: small ones are counted, wide ones are drawn many times. */
export interface Sizes {
  readonly inputs: readonly NativeFile['input'][];
  readonly widths: readonly number[];
  /** Numbers in a tensor, and in all units together. */
  readonly most: number;
  readonly mostUnits: number;
}

const small: Sizes = {
  inputs: [
    [1],
    [2],
    [2],
    [3],
    [3],
    [4],
    [2, 1],
    [3, 1],
    [3, 1],
    [4, 1],
    [6, 1],
    [2, 2],
    [3, 2],
    [2, 2, 1],
    [2, 2, 1],
    [2, 2, 1],
    [3, 2, 1],
    [1, 3, 1],
    [3, 1, 1],
    [3, 3, 1],
    [2, 2, 2],
    { a: [1], b: [2] },
    { a: [2], b: [2] },
    { a: [2, 1], b: [2, 1] },
  ],
  widths: [1, 2, 2, 3, 3, 4, 5],
  most: 64,
  mostUnits: 64,
};

export const wide: Sizes = {
  inputs: [[2], [3], [8], [8, 1], [12, 2], [4, 4, 1], [5, 5, 2], { a: [4], b: [4] }],
  widths: [24, 32, 48],
  most: 1024,
  mostUnits: 1500,
};

/** How many of the wide networks begin with a post-activation residual block. */
const POST_ACTIVATION = 0.16;
/** How many of them have units on one function twice. */
const BENT_TWICE = 0.08;

const WIDER = 4;

/** A wide network with this many times the channels, or null where its layers do not fit then. */
export function wider(file: NativeFile): NativeFile | null {
  const widened = (value: unknown) => (wide.widths.some((width) => width === value) ? WIDER * Number(value) : value);
  const layers = file.layers.map((layer) => {
    const fields = Object.entries(layer).map(([field, value]) => [field, widened(value)]);
    return Object.fromEntries(fields) as NativeLayer;
  });
  const candidate = { ...file, layers };
  return open(candidate, false).fault === null ? candidate : null;
}

/** The network of this seed, with weights unless it is wide. */
export function generate(seed: number, sizes: Sizes = small): NativeFile {
  const choices = new Choices(seed);
  const file = new Draft(`hunt-${seed}`, choices, sizes).finish();
  return sizes === wide ? file : weighted(file, new Choices(seed, 1));
}

/** A network that grows by blocks, each of which fits. */
class Draft {
  private layers: readonly NativeLayer[] = [];
  private readonly input: NativeFile['input'];
  private current: string;
  private named = 0;
  private readonly shapes = new Map<string, readonly number[]>();

  constructor(
    private readonly name: string,
    private readonly choices: Choices,
    private readonly sizes: Sizes,
  ) {
    this.input = choices.one(sizes.inputs);
    this.current = Array.isArray(this.input) ? 'input' : 'a';
  }

  finish(): NativeFile {
    const { choices } = this;
    const blocks = choices.between(1, 4);
    if (!Array.isArray(this.input)) this.tryBlock(() => this.joinInputs());
    const isResidual = this.sizes === wide && choices.chance(POST_ACTIVATION);
    if (isResidual) this.tryBlock(() => this.postActivation());
    // Behind it most blocks would leave no mean.
    for (let i = isResidual ? 2 : 0; i < blocks; i++)
      this.tryBlock(() => (isResidual ? [this.made(this.type(affineTypes))] : this.block()));
    if (this.sizes === wide && choices.chance(BENT_TWICE)) this.tryBlock(() => this.bentTwice());
    if (this.layers.length === 0) this.tryBlock(() => [this.layer('activation', { activation: 'relu' })]);
    if (choices.chance(0.06)) this.tryBlock(() => this.tail());
    else if (choices.chance(0.5)) this.tryBlock(() => [this.layer('dense', { units: choices.between(1, 3) })]);
    const file = this.file(this.layers);
    const names = this.layers.map(({ name }) => name);
    return choices.chance(0.1) ? { ...file, outputs: [names[names.length - 1], choices.one(names)] } : file;
  }

  private file(layers: readonly NativeLayer[]): NativeFile {
    return { name: this.name, input: this.input, layers };
  }

  /** Adds the block where it fits; up to this many others are tried. */
  private tryBlock(block: () => readonly NativeLayer[]): void {
    const { current } = this;
    for (let tries = 0; tries < 6; tries++) {
      const layers = [...this.layers, ...block()];
      const { network, fault } = open(this.file(layers), false);
      if (fault === null && this.isSmall(network)) {
        this.layers = layers;
        this.current = layers.at(-1)?.name ?? current;
        return;
      }
      this.current = current;
    }
  }

  private isSmall(network: Network): boolean {
    const units = analyzedLayers(network).reduce((sum, { neurons }) => sum + neurons, 0);
    return (
      units <= this.sizes.mostUnits && network.layers.every(({ outputShape }) => sizeOf(outputShape) <= this.sizes.most)
    );
  }

  /** Empty for a layer that does not fit. */
  private shapeOf(name: string, more: readonly NativeLayer[] = []): readonly number[] {
    const known = this.shapes.get(name);
    if (known) return known;
    const { network } = open(this.file([...this.layers, ...more]), false);
    network.inputs.forEach((input) => this.shapes.set(input.name, input.shape));
    network.layers.forEach((layer) => this.shapes.set(layer.name, layer.outputShape));
    return this.shapes.get(name) ?? [];
  }

  private layer(type: string, fields: Fields, inputs = [this.current]): NativeLayer {
    const name = `t${++this.named}`;
    this.current = name;
    return { type, name, inputs, ...fields };
  }

  /** A layer of this type, behind the one before it or behind another. */
  private made(type: string, bends = true, more: readonly NativeLayer[] = [], width?: number): NativeLayer {
    const { choices, sizes } = this;
    const shape = this.shapeOf(this.current, more);
    const place = { choices, shape, bends, width: () => width ?? choices.one(sizes.widths) };
    return this.layer(type, layerFields[type](place));
  }

  /** One of these types that reads what there is; most often one for positions or nodes where there are some. */
  private type(types: readonly string[], more: readonly NativeLayer[] = []): string {
    const fitting = typesFor(this.shapeOf(this.current, more), types);
    const positional = fitting.filter((type) => typesFor([], [type]).length === 0);
    return this.choices.one(positional.length > 0 && this.choices.chance(0.75) ? positional : fitting);
  }

  private block(): NativeLayer[] {
    const { choices } = this;
    const kind = choices.below(10);
    if (kind < 4) return [this.made(this.type(Object.keys(layerFields)))];
    if (kind < 6) return this.affineRun();
    if (kind < 8) return this.merge();
    return kind === 8 ? this.shared() : this.vector();
  }

  /** Two or three affine layers without units in between, then units. */
  private affineRun(): NativeLayer[] {
    const { choices } = this;
    const run: NativeLayer[] = [];
    const steps = choices.between(1, 3);
    for (let i = 0; i < steps; i++) {
      run.push(this.made(this.type(affineTypes, run), false, run));
    }
    run.push(this.made('activation', true, run));
    return run;
  }

  /** Two branches, or one and what it comes from, and a merge of them. */
  private merge(): NativeLayer[] {
    const { choices } = this;
    const from = this.current;
    const shape = this.shapeOf(from);
    const width = shape[shape.length - 1];
    const branches: NativeLayer[] = [];
    const ends: string[] = choices.chance(0.4) ? [from] : [];
    while (ends.length < 2 || (ends.length < 3 && choices.chance(0.2))) {
      this.current = from;
      const length = choices.between(1, 2);
      for (let i = 0; i < length; i++)
        branches.push(this.made(choices.one(shapeKeepers), choices.chance(0.7), branches, width));
      ends.push(this.current);
    }
    const type = choices.one(mergeTypes);
    return [...branches, this.merged(type, type === 'subtract' ? ends.slice(0, 2) : ends, shape.length)];
  }

  /** Units, a branch that ends in weights of its own, and units on the sum of both. */
  private postActivation(): NativeLayer[] {
    const { choices } = this;
    const block: NativeLayer[] = [];
    const push = (layer: NativeLayer) => void block.push(layer);
    const width = choices.one(this.sizes.widths);
    if (choices.chance(0.3)) push(this.made(this.type(affineTypes, block), true, block, width));
    const from = this.current;
    push(this.keepingPlaces(width, from, block));
    if (choices.chance(0.2)) push(this.layer('batch_normalization', {}));
    const unit = () => choices.one(['relu', 'relu', 'relu', 'abs', 'leaky_relu']);
    const bent = this.layer('activation', { activation: unit() });
    push(bent);
    this.current = choices.chance(0.8) ? bent.name : from;
    if (choices.chance(0.7)) push(this.made(this.type(affineTypes, block), choices.chance(0.8), block, width));
    const branch = this.keepingPlaces(width, this.current, block);
    push(branch);
    if (choices.chance(0.2)) push(this.layer('batch_normalization', {}));
    const ends = choices.chance(0.7) ? [bent.name, this.current] : [this.current, bent.name];
    push(this.layer(choices.one(['add', 'add', 'subtract', 'average']), {}, ends));
    push(choices.chance(0.2) ? this.made('activation', true, block) : this.layer('activation', { activation: unit() }));
    if (choices.chance(0.1)) push(this.layer('activation', { activation: 'relu' }, [branch.name]));
    return block;
  }

  /** Units on a tensor or a sum, and others on the same or an equal one. */
  private bentTwice(): NativeLayer[] {
    const { choices, current } = this;
    const block: NativeLayer[] = [];
    const push = (layer: NativeLayer) => (block.push(layer), layer.name);
    const width = choices.one(this.sizes.widths);
    const affine = () => push(this.keepingPlaces(width, current, block));
    const summands = choices.chance(0.6) ? [affine(), affine()] : [affine()];
    const tensor = () => {
      if (summands.length === 1) return summands[0];
      const inputs = choices.chance(0.5) ? summands : [...summands].reverse();
      return push(this.layer(choices.one(['add', 'add', 'subtract', 'average']), {}, inputs));
    };
    const first = tensor();
    const tensors = [first, choices.chance(0.3) ? first : tensor()];
    const unit = () => choices.one(['relu', 'relu', 'relu6', 'leaky_relu', 'hard_tanh']);
    const ends = tensors.map((each) => push(this.layer('activation', { activation: unit() }, [each])));
    push(this.layer('concatenate', {}, ends));
    return block;
  }

  /** An affine layer that leaves positions where they are. */
  private keepingPlaces(width: number, from: string, more: readonly NativeLayer[]): NativeLayer {
    const { choices } = this;
    const rank = this.shapeOf(from, more).length - 1;
    const bias = choices.chance(0.3) ? { use_bias: false } : {};
    if (rank === 0 || choices.chance(0.3)) return this.layer('dense', { units: width, ...bias }, [from]);
    const window = { filters: width, kernel_size: choices.between(1, 3), padding: 'same', ...bias };
    return this.layer(choices.one([`conv${rank}d`, `conv${rank}d`, `separable_conv${rank}d`]), window, [from]);
  }

  private merged(type: string, inputs: string[], rank: number): NativeLayer {
    const { choices } = this;
    const axis = type === 'concatenate' && choices.chance(0.5) ? { axis: choices.between(1, rank) } : {};
    return this.layer(type, axis, inputs);
  }

  /** The inputs of a network of several, behind a layer each. */
  private joinInputs(): NativeLayer[] {
    const { choices } = this;
    const ends: string[] = [];
    const branches: NativeLayer[] = [];
    for (const name of ['a', 'b']) {
      this.current = name;
      if (choices.chance(0.6))
        branches.push(this.made(choices.one(['dense', 'activation']), choices.chance(0.7), branches));
      ends.push(this.current);
    }
    const [first, second] = ends.map((end) => this.shapeOf(end, branches));
    const type = String(first) === String(second) ? choices.one(mergeTypes) : 'concatenate';
    return [...branches, this.merged(type, ends, first.length)];
  }

  /** A layer twice, with the same weights. */
  private shared(): NativeLayer[] {
    const { choices } = this;
    const from = this.current;
    const shape = this.shapeOf(from);
    const type = choices.one(
      typesFor(shape, ['dense', 'dense', 'conv1d', 'conv2d', 'depthwise_conv1d', 'batch_normalization', 'prelu']),
    );
    const first = this.made(type, true, [], shape[shape.length - 1]);
    const { name: owner, type: _, inputs: __, ...fields } = first;
    const again = this.layer(type, { ...(fields as Fields), shared_with: owner });
    if (choices.chance(0.6)) return [first, again];
    const other = this.layer('activation', { activation: 'abs' }, [from]);
    const last = this.layer(type, { ...(fields as Fields), shared_with: owner });
    return [first, other, last, this.merged(choices.one(mergeTypes), [first.name, last.name], shape.length)];
  }

  /** One vector, and a layer on it. */
  private vector(): NativeLayer[] {
    const flat = this.layer('flatten', {});
    return [flat, this.made(this.choices.one(['maxout', 'tropical_dense', 'dense', 'dense']), true, [flat])];
  }

  private tail(): NativeLayer[] {
    const { choices, sizes } = this;
    const type = choices.one(Object.keys(tailFields));
    const shape = this.shapeOf(this.current);
    const place = { choices, shape, bends: true, width: () => choices.one(sizes.widths) };
    const end = this.layer(type, tailFields[type](place));
    return choices.chance(0.5) ? [end] : [end, this.layer('dense', { units: 2, activation: 'relu' })];
  }
}
