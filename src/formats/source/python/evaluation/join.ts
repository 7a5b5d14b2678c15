import { bytesOf, List as LayerList } from '../../evaluation/values.ts';
import type { ListState as LayerListState, Mutable, Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from './evaluator.ts';
import { Scope } from './scope.ts';
import { ClassValue, Dict, Float, Instance, List, Tuple } from './values.ts';
import type { Entries, EntriesState, InstanceState, ListState, Value } from './values.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import { Tensor } from '../../library/torch/tensor.ts';

const MAX_DEPTH = 4;
/** Values that one join looks at. */
const MAX_VALUES = 30_000;

/**
 * Brings together what two ways through the source leave, when it is not known which one is taken (`test`): what is the
 * same on both stays, the rest becomes unknown.
 */
export class Joiner {
  private looked = 0;

  constructor(
    private readonly e: Evaluator,
    private readonly test: Unknown,
  ) {}

  value(a: Value, b: Value, depth = 0): Value {
    if (Object.is(a, b)) return a;
    if (++this.looked > MAX_VALUES) return this.unknown();
    // Where one way leaves nothing, what follows makes sense for the other only.
    if (a === undefined || a === null) return b;
    if (b === undefined || b === null) return a;
    if (a instanceof Float && b instanceof Float && a.value === b.value) return a;
    if (a instanceof Tensor && b instanceof Tensor) return this.e.torch.joined(this.e, a, b, this.test);
    if (depth < MAX_DEPTH) {
      if (a instanceof Tuple && b instanceof Tuple && a.items.length === b.items.length)
        return this.e.tuple(a.items.map((item, i) => this.value(item, b.items[i], depth + 1)));
      if (a instanceof List && b instanceof List) {
        const { items, doubt } = this.items(a, b, depth);
        return new List(this.e.journal.next(), items, doubt);
      }
      if (a instanceof Dict && b instanceof Dict) {
        const joined = this.e.dict();
        joined.entries = this.entries(a.entries, b.entries, depth);
        joined.doubt = a.doubt ?? b.doubt;
        return joined;
      }
    }
    return this.unknown();
  }

  /** The state of one holder after the join. */
  state(holder: Mutable, a: unknown, b: unknown): unknown {
    if (holder instanceof Scope || holder instanceof ClassValue)
      return this.variables(a as Map<string, Value>, b as Map<string, Value>);
    if (holder instanceof List) return this.items(a as ListState, b as ListState, 0);
    if (holder instanceof Instance) {
      const [left, right] = [a as InstanceState, b as InstanceState];
      const config = left.config ?? right.config;
      return { attributes: this.variables(left.attributes, right.attributes), config };
    }
    if (holder instanceof LayerList) return this.layers(a as LayerListState, b as LayerListState);
    if (holder instanceof Tensor) return this.e.torch.joinedValue(a as TensorValue, b as TensorValue, this.test);
    const [left, right] = [a as EntriesState, b as EntriesState];
    return { entries: this.entries(left.entries, right.entries, 0), doubt: left.doubt ?? right.doubt };
  }

  /** The layers of a model of Keras. */
  private layers(a: LayerListState, b: LayerListState): LayerListState {
    this.e.meter.hold((a.items.length + b.items.length) * bytesOf.item);
    let common = 0;
    while (common < Math.min(a.items.length, b.items.length) && a.items[common] === b.items[common]) common++;
    if (common === a.items.length && common === b.items.length) return a;
    const unknown = this.unknown();
    const [items, spans] = [a.items.slice(0, common), a.spans.slice(0, common)];
    return { items: [...items, unknown], spans: [...spans, unknown.span], doubt: unknown };
  }

  private unknown(): Unknown {
    return this.test.derive();
  }

  private variables(a: Map<string, Value>, b: Map<string, Value>): Map<string, Value> {
    this.e.meter.hold((a.size + b.size) * bytesOf.property);
    const joined = new Map<string, Value>();
    for (const name of new Set([...a.keys(), ...b.keys()])) joined.set(name, this.value(a.get(name), b.get(name)));
    return joined;
  }

  private entries(a: Entries, b: Entries, depth: number): Entries {
    this.e.meter.hold((a.size + b.size) * bytesOf.property);
    const joined: Entries = new Map();
    for (const id of new Set([...a.keys(), ...b.keys()])) {
      const [left, right] = [a.get(id), b.get(id)];
      const key = (left ?? right)?.[0];
      joined.set(id, [key, left && right ? this.value(left[1], right[1], depth + 1) : this.unknown()]);
    }
    return joined;
  }

  private items(a: ListState, b: ListState, depth: number): ListState {
    this.e.meter.hold((a.items.length + b.items.length) * bytesOf.item);
    const doubt = a.doubt ?? b.doubt;
    if (a.items.length === b.items.length)
      return { items: a.items.map((item, i) => this.value(item, b.items[i], depth + 1)), doubt };
    let common = 0;
    while (common < Math.min(a.items.length, b.items.length) && Object.is(a.items[common], b.items[common])) common++;
    return { items: [...a.items.slice(0, common), this.unknown()], doubt: doubt ?? this.unknown() };
  }
}
