import type { LayerDefinition, NetworkDefinition } from '../../network/definition.ts';
import type { Layer, Network } from '../../network/network.ts';
import type { Tensor } from '../../network/operation.ts';
import { weightShapes } from '../../network/parameters.ts';
import { formatShape, type Shape } from '../../network/shape.ts';
import { listOf, ownersOf, pathOfName, stemOf, type TensorOwner } from './addresses.ts';
import { arrangement, tensorFor } from './layouts.ts';
import { orderDoubts } from './orderDoubts.ts';
import { WeightsError, type StoredTensor, type WeightsFile } from './weightsFile.ts';

/** Something to say about weights and the layers they are for. */
export interface WeightsRemark {
  /** With an error the weights cannot be used. */
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
}

/** Which tensor each weight of each layer is, without any numbers read. */
export interface WeightsMatch {
  readonly remarks: readonly WeightsRemark[];
  /** Number of layers that take weights from the file. */
  readonly layers: number;
  /** The network with the file's weights, beside those it has. Reads the numbers; throws a `WeightsError`. */
  attach(): Network;
}

/**
 * Finds the layer of every tensor of a file: by the layer's name, by its number among those of its class (Keras 3), by
 * the position in a list, or, where names do not tell, by shapes that leave no doubt. Weights that the network has
 * stay.
 */
export function matchWeights(definition: NetworkDefinition, network: Network, file: WeightsFile): WeightsMatch {
  return new Matching(definition, network, file).match();
}

/** A layer that lacks weights, with the shapes of all it has, in Keras's order. */
interface LayerNeed {
  readonly layer: Layer;
  readonly written: LayerDefinition;
  readonly shapes: readonly (readonly [weight: string, shape: Shape])[];
}

const MAX_WRAPPER_DEPTH = 4;

class Matching {
  private readonly remarks: WeightsRemark[] = [];
  private readonly used = new Set<StoredTensor>();
  private readonly chosen: { needy: LayerNeed; tensors: ReadonlyMap<string, StoredTensor> }[] = [];
  private readonly needy: LayerNeed[];
  private readonly owners: readonly TensorOwner[];
  /** Those that no layer has taken. */
  private readonly free: Set<TensorOwner>;
  private wrapper = '';

  constructor(
    readonly definition: NetworkDefinition,
    readonly network: Network,
    private readonly file: WeightsFile,
  ) {
    this.needy = network.layers.filter(lacksWeights).map((layer) => ({
      layer,
      written: definition.layers[layer.definition],
      shapes: Object.entries(weightShapes(layer)),
    }));
    this.owners = ownersOf(file);
    this.free = new Set(this.owners);
  }

  match(): WeightsMatch {
    if (this.file.choice !== undefined) this.say('information', this.file.choice);
    const list = listOf(this.owners);
    const isStored = this.definition.layers.some(({ storedAs }) => storedAs !== undefined);
    if (isStored && this.file.kind === 'tfjs') this.takeStored();
    else if (list) this.takeList(list);
    else {
      this.takeByName();
      this.takeByClass();
      this.takeByShape();
    }
    for (const { layer } of this.needy) this.say('error', this.lacking(layer));
    const taken = this.chosen.map(({ needy }) => needy.layer);
    for (const doubt of taken.length > 0 ? orderDoubts(this.definition, this.network, taken) : [])
      this.say('error', doubt);
    if (!isStored) this.sayUnused();
    const { chosen } = this;
    return { remarks: this.remarks, layers: chosen.length, attach: () => this.attached() };
  }

  private say(severity: WeightsRemark['severity'], message: string): void {
    this.remarks.push({ severity, message });
  }

  private lacking(layer: Layer): string {
    const wanted = Object.entries(weightShapes(layer)).map(([name, shape]) => `${name} ${formatShape(shape)}`);
    return `${layer.name} has no weights in ${this.file.name}: it needs ${wanted.join(' and ')}.`;
  }

  private sayUnused(): void {
    const tensors = this.owners.flatMap(({ parts }) => [...parts.values()]);
    const names = tensors.filter((tensor) => !this.used.has(tensor)).map(({ name }) => name);
    if (names.length === 0) return;
    const more = names.length > 6 ? ` and ${names.length - 6} more` : '';
    this.say('warning', `Not used of ${this.file.name}: ${names.slice(0, 6).join(', ')}${more}.`);
  }

  /** Takes what an owner has for a layer; what is missing or of another shape is said. */
  private take(needy: LayerNeed, owner: TensorOwner): void {
    const tensors = new Map<string, StoredTensor>();
    this.needy.splice(this.needy.indexOf(needy), 1);
    this.free.delete(owner);
    needy.shapes.forEach(([weight, shape], position) => {
      if (needy.layer.weights?.[weight]) return;
      const tensor = tensorFor(owner, weight, position);
      const name = needy.layer.name;
      if (!tensor) return this.say('error', `${name} has no ${weight} in ${this.file.name}.`);
      this.used.add(tensor);
      if (arrangement(this, needy.layer, weight, shape, tensor)) return tensors.set(weight, tensor);
      const stored = `${tensor.name} is ${formatShape(tensor.shape)}`;
      return this.say(
        'error',
        `${name}: ${stored} in ${this.file.name}, the layer needs a ${weight} of ${formatShape(shape)}.`,
      );
    });
    this.chosen.push({ needy, tensors });
  }

  /** By the names that the definition has for them: of a graph, whose other constants are not weights. */
  private takeStored(): void {
    const byName = new Map(this.file.tensors.map((tensor) => [tensor.name, tensor]));
    for (const needy of [...this.needy]) {
      const stored = Object.entries(needy.written.storedAs ?? {});
      const parts = new Map(
        stored
          .flatMap(([weight, name]) => [[weight, byName.get(name)] as const])
          .filter((entry): entry is [string, StoredTensor] => entry[1] !== undefined),
      );
      if (parts.size > 0) this.take(needy, { path: needy.layer.name, byClass: false, parts });
    }
  }

  private takeList(list: readonly StoredTensor[]): void {
    let next = 0;
    for (const needy of [...this.needy]) {
      const parts = new Map(
        needy.shapes.map((_, i) => [String(i), list[next + i]]).filter(([, tensor]) => tensor) as [
          string,
          StoredTensor,
        ][],
      );
      next += needy.shapes.length;
      if (parts.size > 0) this.take(needy, { path: '', byClass: false, parts });
    }
  }

  /** A name that nobody wrote is made up from its place and tells nothing about a file. */
  private takeByName(): void {
    this.wrapper = this.findWrapper();
    for (const exact of [true, false]) {
      for (const needy of this.needy.filter(({ written }) => written.fields.name !== undefined)) {
        const found = [...this.free].filter(({ path, byClass }) => !byClass && this.isNamed(path, needy, exact));
        const [owner] = found;
        if (found.length === 1 && this.claims(owner, exact) === 1) this.take(needy, owner);
      }
    }
  }

  /**
   * What stands before the names of layers in the whole file (`module`, `model`, ...): the beginning of paths behind
   * which the most names are those of layers.
   */
  private findWrapper(): string {
    const names = new Set(this.needy.map(({ layer }) => pathOfName(layer.name)));
    const found = new Map([['', 0]]);
    for (const { path } of this.free) {
      const segments = path.split('/');
      for (let depth = 0; depth <= Math.min(segments.length - 1, MAX_WRAPPER_DEPTH); depth++) {
        const wrapper = segments.slice(0, depth).join('/');
        if (names.has(segments.slice(depth).join('/'))) found.set(wrapper, (found.get(wrapper) ?? 0) + 1);
      }
    }
    return [...found].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
  }

  private claims({ path }: TensorOwner, exact: boolean): number {
    return this.needy.filter((needy) => this.isNamed(path, needy, exact)).length;
  }

  /** Not exactly: one of the two stands in a group or model that the other does not name. */
  private isNamed(path: string, { layer }: LayerNeed, exact: boolean): boolean {
    const name = pathOfName(layer.name);
    if (exact || path === '') return path === (this.wrapper === '' ? name : `${this.wrapper}/${name}`);
    return path.endsWith(`/${name}`) || name.endsWith(`/${path}`);
  }

  /** Keras 3: `dense`, `dense_1`, ... are the layers of a class in the order of the model, group by group. */
  private takeByClass(): void {
    const byClass = [...this.free].filter((owner) => owner.byClass);
    const models = new Set(
      byClass.flatMap(({ path }) => /^(sequential|functional|model)(?=(_\d+)?\/)/.exec(path)?.[0] ?? []),
    );
    const places = classPlaces(this.definition, models.size === 1 ? [...models][0] : null);
    for (const needy of [...this.needy]) {
      const owner = byClass.find(({ path }) => path === places.get(needy.written));
      if (owner) this.take(needy, owner);
    }
  }

  /** Where names tell nothing: a layer that only one owner fits, and then lists that are counted. */
  private takeByShape(): void {
    const fits = (needy: LayerNeed, owner: TensorOwner) => this.fits(needy, owner);
    for (let found = true; found;) {
      found = false;
      for (const needy of [...this.needy]) {
        const candidates = [...this.free].filter((owner) => fits(needy, owner));
        if (candidates.length !== 1) continue;
        this.say('information', `${needy.layer.name} takes ${candidates[0].path} of ${this.file.name}, by its shape.`);
        this.take(needy, candidates[0]);
        found = true;
      }
    }
    const candidates = [...this.free].filter((owner) => this.needy.some((needy) => fits(needy, owner)));
    if (candidates.length === 0) return;
    const counted = new Set(candidates.map(({ path }) => stemOf(path))).size === 1;
    const inOrder =
      candidates.length === this.needy.length && this.needy.every((needy, i) => fits(needy, candidates[i]));
    if (!counted || !inOrder) return this.sayDoubt(candidates);
    [...this.needy].forEach((needy, i) => {
      this.say('information', `${needy.layer.name} takes ${candidates[i].path} of ${this.file.name}, by its number.`);
      this.take(needy, candidates[i]);
    });
  }

  private sayDoubt(candidates: readonly TensorOwner[]): void {
    const paths = candidates
      .slice(0, 6)
      .map(({ path }) => path || 'its tensors')
      .join(', ');
    this.say(
      'error',
      `${this.file.name} does not tell which layers ${paths} are for: several fit. Name the layers as it does.`,
    );
  }

  private fits({ layer, shapes }: LayerNeed, owner: TensorOwner): boolean {
    return shapes.every(([weight, shape], position) => {
      if (layer.weights?.[weight]) return true;
      const tensor = tensorFor(owner, weight, position);
      return tensor !== undefined && arrangement(this, layer, weight, shape, tensor) !== null;
    });
  }

  private attached(): Network {
    const { network, file } = this;
    if (this.remarks.some(({ severity }) => severity === 'error')) {
      throw new WeightsError(`The weights in ${file.name} do not fit the network.`);
    }
    const layers = [...network.layers];
    for (const { needy, tensors } of this.chosen) {
      const { layer, shapes } = needy;
      const weights: Record<string, Tensor> = { ...layer.weights };
      for (const [weight, shape] of shapes) {
        const tensor = tensors.get(weight);
        const arrange = tensor && arrangement(this, layer, weight, shape, tensor);
        if (arrange) weights[weight] = { shape, data: arrange(tensor.values()) };
      }
      layers[layer.index] = { ...layer, weights };
    }
    return { ...network, layers };
  }
}

/** Layers of the piecewise-linear part whose own weights are not all given. */
function lacksWeights(layer: Layer): boolean {
  if (layer.scope === 'beyond' || layer.sharedWith !== undefined) return false;
  return Object.keys(weightShapes(layer)).some((weight) => !layer.weights?.[weight]);
}

const classGroups: Readonly<Record<string, string>> = { prelu: 'p_re_lu' };

/**
 * The path that Keras 3 gives each layer: its class in snake case, numbered in the order of the model it is in. Layers
 * of models inside have one only where all such models are of one class, `inner`: which class each is, a network does
 * not keep.
 */
function classPlaces({ layers }: NetworkDefinition, inner: string | null): Map<LayerDefinition, string> {
  const counts = new Map<string, number>();
  const numbered = (container: string, stem: string): string => {
    const path = container === '' ? stem : `${container}/${stem}`;
    const count = counts.get(path) ?? 0;
    counts.set(path, count + 1);
    return count === 0 ? path : `${path}_${count}`;
  };
  const containers = new Map([['', '']]);
  const places = new Map<LayerDefinition, string>();
  const ordered = layers
    .filter(({ sharedWith }) => sharedWith === undefined)
    .sort((a, b) => a.span.start - b.span.start);
  for (const layer of ordered) {
    const prefix = layer.name.split('/').slice(0, -1).join('/');
    if (!containers.has(prefix)) {
      if (inner === null) continue;
      containers.set(prefix, numbered('', inner));
    }
    places.set(layer, numbered(containers.get(prefix)!, classGroups[layer.type] ?? layer.type));
  }
  return places;
}
