import type { LayerDefinition, Problem, Span } from '../../network/definition.ts';
import { member, spanOf } from '../json/json.ts';
import type { JsonNode, JsonObject } from '../json/json.ts';
import { Names } from '../names.ts';
import { Repeated } from '../json/repeated.ts';
import { channelsLastConfig, flattensByChannel } from './channels.ts';
import { branchesOf } from './branches.ts';
import { inputLayersOf, sequentialInputs } from './inputShape.ts';
import { kerasLayer } from './layers.ts';
import type { KerasDialect, KerasLayer } from './layers.ts';
import { operationLayer } from './operationLayers.ts';
import { classOf, entriesOf, fieldSpans, layersOf, modelKind, nameOf, plainEntries } from './parts.ts';
import { inboundReferences, referencesIn } from './references.ts';
import type { Reference } from './references.ts';

/** Models in models multiply: beyond this many applications of layers a file is stopped at. */
const MAX_APPLICATIONS = 50_000;

/** How deep models may stand in one another, or wait for one another. */
const MAX_MODEL_DEPTH = 200;

/** Flattens models in models into one list of layers. A layer that is applied again appears again, and says so. */
export class ModelReader {
  readonly layers: LayerDefinition[] = [];
  readonly problems: Problem[] = [];
  readonly names = new Names();
  /** By its place in the file, the name of the first application of a layer. */
  private readonly first = new Map<JsonObject, string>();
  private readonly meanings = new Repeated<KerasLayer>();
  private applications = 0;
  private depth = 0;

  constructor(
    private readonly dialect: KerasDialect,
    private readonly channelsFirst: boolean,
  ) {}

  /** Applies a model to tensors and returns the names of what it gives. `prefix` goes before its layers' names. */
  apply(model: JsonObject, inputs: readonly string[], prefix: string): string[] {
    return this.nested(model, () =>
      modelKind(model) === 'sequential'
        ? this.sequence(model, inputs, prefix)
        : new Graph(model, inputs, prefix, this).outputs(),
    );
  }

  /** Does something for a model inside of another, or gives up where that goes on for too long. */
  nested(place: JsonObject, work: () => string[]): string[] {
    if (this.depth >= MAX_MODEL_DEPTH) {
      this.stop(place, 'Models are nested too deeply to be read.');
      return [];
    }
    this.depth++;
    const outputs = work();
    this.depth--;
    return outputs;
  }

  report(code: string, severity: Problem['severity'], message: string, span: Span): void {
    this.problems.push({ code, severity, message, span: spanOf(span) });
  }

  private stop(place: JsonNode, message: string): void {
    if (this.problems.some((problem) => problem.code === 'too-large')) return;
    this.report('too-large', 'error', message, { start: place.start, end: Math.min(place.start + 1, place.end) });
  }

  private sequence(model: JsonObject, inputs: readonly string[], prefix: string): string[] {
    let current = inputs;
    for (const layer of layersOf(model)) {
      if (classOf(layer) === 'InputLayer') continue;
      const branches = branchesOf(layer);
      const merged = branches.length > 0 ? this.branches(branches, current, prefix) : current;
      current = this.applyLayer(layer, merged, prefix + nameOf(layer));
    }
    return [...current];
  }

  /** What the branches of a merging layer give, each from its own inputs. */
  private branches(branches: readonly JsonObject[], inputs: readonly string[], prefix: string): string[] {
    let next = 0;
    return branches.flatMap((branch) => {
      const count = modelKind(branch) === 'sequential' ? sequentialInputs(branch).length : inputCount(branch);
      const own = inputs.slice(next, (next += count));
      return this.applyLayer(branch, own, prefix + nameOf(branch));
    });
  }

  /** One application of a layer or of a model as a layer; the names of the tensors it gives. */
  applyLayer(layer: JsonObject, inputs: readonly string[], wanted: string): string[] {
    if (++this.applications > MAX_APPLICATIONS) {
      this.stop(layer, `This model applies layers more than ${MAX_APPLICATIONS} times.`);
      return [];
    }
    if (modelKind(layer) !== undefined) return this.apply(layer, inputs, `${wanted}/`);
    const name = this.names.unique(wanted);
    this.emit(layer, inputs, name);
    return [name];
  }

  private emit(layer: JsonObject, inputs: readonly string[], name: string): void {
    const sharedWith = this.first.get(layer);
    if (sharedWith === undefined) this.first.set(layer, name);
    const { type, operation, activation, issues, isChannelByChannel } = operationLayer(layer) ?? this.meaningOf(layer);
    let spans: LayerDefinition['fields'] | undefined;
    const definition: LayerDefinition = {
      name,
      type,
      operation,
      activation,
      inputs,
      sharedWith,
      isChannelByChannel,
      span: spanOf(layer),
      get fields() {
        return (spans ??= fieldSpans(layer));
      },
    };
    this.layers.push(definition);
    // A layer that is used again is wrong only once.
    for (const issue of sharedWith === undefined ? issues : []) {
      const place = definition.fields[issue.field ?? 'type'] ?? definition.fields.type ?? layer;
      this.report(issue.code, issue.severity, `${name}: ${issue.message}`, place);
    }
  }

  private meaningOf(layer: JsonObject): KerasLayer {
    const className = classOf(layer);
    const entries = entriesOf(layer).filter(({ key }) => key !== 'name');
    return this.meanings.of(className, entries, () => {
      const written = plainEntries(entries);
      const { config, issues } = this.channelsFirst
        ? channelsLastConfig(className, written)
        : { config: written, issues: [] };
      const meaning = kerasLayer(className, config, this.dialect);
      const isChannelByChannel = this.channelsFirst && flattensByChannel(className, written);
      return { value: { ...meaning, isChannelByChannel, issues: [...issues, ...meaning.issues] }, isKept: true };
    });
  }
}

/** A layer of a graph with what each of its applications reads. */
interface GraphLayer {
  readonly node: JsonObject;
  readonly inbound: readonly Reference[][];
  /** By application: the names of what it gives, `open` while that is being found out. */
  readonly given: (readonly string[] | 'open')[];
}

/** One application of a functional model. */
class Graph {
  private readonly layers = new Map<string, GraphLayer>();
  private readonly bound = new Map<string, string>();
  private readonly outputReferences: readonly Reference[];
  /** Models whose uses are counted from 0. */
  private readonly countedFromZero: ReadonlySet<string>;

  constructor(
    model: JsonObject,
    inputs: readonly string[],
    private readonly prefix: string,
    private readonly reader: ModelReader,
  ) {
    functionalInputs(model).forEach((name, k) => {
      if (k < inputs.length) this.bound.set(name, inputs[k]);
    });
    for (const node of layersOf(model)) {
      const name = nameOf(node);
      if (classOf(node) === 'InputLayer' || this.layers.has(name)) continue;
      this.layers.set(name, { node, inbound: inboundReferences(member(node, 'inbound_nodes')), given: [] });
    }
    this.outputReferences = referencesIn(member(member(model, 'config'), 'output_layers'));
    const references = [
      ...this.outputReferences,
      ...[...this.layers.values()].flatMap(({ inbound }) => inbound.flat()),
    ];
    this.countedFromZero = new Set(references.filter(({ node }) => node === 0).map(({ layer }) => layer));
  }

  outputs(): string[] {
    let last: readonly string[] = [];
    for (const [name, layer] of this.layers) {
      if (layer.inbound.length === 0) this.reportUnconnected(name, layer.node);
      layer.inbound.forEach((_, node) => (last = this.given(name, layer, node)));
    }
    const outputs = this.outputReferences;
    return outputs.length > 0 ? outputs.map((reference) => this.resolve(reference)) : [...last];
  }

  private reportUnconnected(name: string, node: JsonObject): void {
    const place = member(node, 'inbound_nodes') ?? member(node, 'class_name') ?? node;
    this.reader.report('unconnected', 'warning', `${name} reads from no layer, so it is left out.`, place);
  }

  /** The name of a tensor; for a layer that is not there, the name as written, which then is reported as unknown. */
  private resolve({ layer: name, node: written, tensor }: Reference): string {
    const input = this.bound.get(name);
    if (input !== undefined) return input;
    const layer = this.layers.get(name);
    const node = this.useOf(name, written, layer);
    if (!layer || node >= layer.inbound.length) return this.prefix + name;
    if (modelKind(layer.node) === undefined) return this.nameOfApplication(name, node);
    const given = this.given(name, layer, node);
    return given[tensor] ?? this.nameOfApplication(name, node);
  }

  /**
   * Which use of a layer a reference means. Keras counts the uses of a model in a model from 1, for the first one is
   * that of its own inputs; other programs may count from 0, and then refer to it.
   */
  private useOf(name: string, node: number, layer: GraphLayer | undefined): number {
    const isModel = layer !== undefined && modelKind(layer.node) !== undefined;
    return isModel && !this.countedFromZero.has(name) ? node - 1 : node;
  }

  /** Applications after the first are numbered from 2. */
  private nameOfApplication(name: string, node: number): string {
    return this.prefix + (node === 0 ? name : `${name}:${node + 1}`);
  }

  private given(name: string, layer: GraphLayer, node: number): readonly string[] {
    const known = layer.given[node];
    if (known === 'open') return [];
    if (known !== undefined) return known;
    layer.given[node] = 'open';
    const given = this.reader.nested(layer.node, () => {
      const inputs = layer.inbound[node].map((reference) => this.resolve(reference));
      return this.reader.applyLayer(layer.node, inputs, this.nameOfApplication(name, node));
    });
    layer.given[node] = given;
    return given;
  }
}

/** How many tensors a layer or a functional model reads as the beginning of a model. */
function inputCount(node: JsonNode): number {
  return modelKind(node) === undefined ? 1 : functionalInputs(node).length;
}

/** The names of a functional model's inputs; where the list of them is not written (yet), those of its input layers. */
export function functionalInputs(model: JsonNode): string[] {
  const written = referencesIn(member(member(model, 'config'), 'input_layers')).map(({ layer }) => layer);
  return written.length > 0 ? written : inputLayersOf(model).map(nameOf);
}
