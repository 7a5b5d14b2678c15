import type { Span } from '../../../network/definition.ts';
import type { Evaluation } from './evaluation.ts';
import { isIdentityLayer } from './layerNames.ts';
import { Scope } from './scope.ts';
import { bytesOf, Dictionary, isPrimitive, LayerValue, Library, List, ModelValue, TensorValue } from './values.ts';
import type { DictionaryState, ListState, Mutable, Property, Value, Unknown } from './values.ts';

const MAX_DEPTH = 4;
/** Values that one join looks at, for lists can be long and hold themselves. */
const MAX_VALUES = 30_000;

/**
 * Brings together what two ways through the source leave, when it is not known which one is taken (`test`): what is
 * the same on both stays, the rest becomes unknown. Layers that compute the identity make no difference.
 */
export class Joiner {
  private looked = 0;

  constructor(
    private readonly e: Evaluation,
    private readonly test: Unknown,
  ) {}

  value(a: Value, b: Value, depth = 0): Value {
    if (Object.is(a, b)) return a;
    if (++this.looked > MAX_VALUES || (isPrimitive(a) && isPrimitive(b))) return this.unknown();
    // Where one way leaves nothing, what follows makes sense for the other only.
    if (a === undefined || a === null) return b;
    if (b === undefined || b === null) return a;
    if (a instanceof TensorValue && b instanceof TensorValue) return this.tensor(a, b);
    if (same(this.e, a, b)) return a;
    if (a instanceof Library && b instanceof Library && a.text === b.text) return a;
    if (depth < MAX_DEPTH) {
      if (a instanceof List && b instanceof List) return this.list(a, b, depth);
      if (a instanceof Dictionary && b instanceof Dictionary && a.classOf === b.classOf)
        return this.dictionary(a, b, depth);
    }
    return this.unknown();
  }

  /** The state of one holder after the join. */
  state(holder: Mutable, a: unknown, b: unknown): unknown {
    if (holder instanceof Scope) return this.variables(a as Map<string, Value>, b as Map<string, Value>);
    if (holder instanceof List) return this.items(a as ListState, b as ListState, 0);
    const left = a as DictionaryState;
    const right = b as DictionaryState;
    return { properties: this.properties(left.properties, right.properties, 0), doubt: left.doubt ?? right.doubt };
  }

  private unknown(): Unknown {
    return this.test.derive();
  }

  private tensor(a: TensorValue, b: TensorValue): TensorValue {
    if (leadsBackTo(a, b)) return a;
    if (leadsBackTo(b, a)) return b;
    return new TensorValue(
      this.e.journal.next(),
      { kind: 'unknown', why: this.test, inputs: [a, b] },
      this.place(a.span),
    );
  }

  private place(otherwise: Span): Span {
    return this.test.span ?? otherwise;
  }

  private variables(a: Map<string, Value>, b: Map<string, Value>): Map<string, Value> {
    this.e.meter.hold((a.size + b.size) * bytesOf.property);
    const joined = new Map<string, Value>();
    for (const name of new Set([...a.keys(), ...b.keys()])) joined.set(name, this.value(a.get(name), b.get(name)));
    return joined;
  }

  private properties(a: Map<string, Property>, b: Map<string, Property>, depth: number): Map<string, Property> {
    this.e.meter.hold((a.size + b.size) * bytesOf.property);
    const joined = new Map<string, Property>();
    for (const key of new Set([...a.keys(), ...b.keys()])) {
      const left = a.get(key);
      const right = b.get(key);
      const either = left ?? right;
      if (!either) continue;
      // A field that one way leaves out has its default there.
      const value = left && right ? this.value(left.value, right.value, depth + 1) : this.unknown();
      joined.set(key, Object.is(left?.value, right?.value) ? either : { ...either, value });
    }
    return joined;
  }

  private list(a: List, b: List, depth: number): List {
    const { items, spans, doubt } = this.items(a, b, depth);
    return new List(this.e.journal.next(), items, spans, a.span, doubt);
  }

  private dictionary(a: Dictionary, b: Dictionary, depth: number): Dictionary {
    const joined = new Dictionary(this.e.journal.next(), a.span);
    joined.classOf = a.classOf;
    joined.doubt = a.doubt ?? b.doubt;
    for (const [key, property] of this.properties(a.properties, b.properties, depth))
      joined.properties.set(key, property);
    return joined;
  }

  private items(a: ListState, b: ListState, depth: number): ListState {
    this.e.meter.hold((a.items.length + b.items.length) * bytesOf.item);
    const doubt = a.doubt ?? b.doubt;
    const layers = [...a.items, ...b.items].some((item) => item instanceof LayerValue || item instanceof ModelValue);
    if (!layers && a.items.length === b.items.length) {
      const items = a.items.map((item, i) => this.value(item, b.items[i], depth + 1));
      return { items, spans: [...a.spans], doubt };
    }
    if (layers && sameButIdentities(this.e, a.items, b.items)) {
      const longer = a.items.length >= b.items.length ? a : b;
      return { items: [...longer.items], spans: [...longer.spans], doubt };
    }
    let common = 0;
    while (common < a.items.length && common < b.items.length && same(this.e, a.items[common], b.items[common]))
      common++;
    return {
      items: [...a.items.slice(0, common), this.unknown()],
      spans: [...a.spans.slice(0, common), this.test.span],
      doubt: doubt ?? this.unknown(),
    };
  }
}

function same(e: Evaluation, a: Value, b: Value): boolean {
  return Object.is(a, b) || (a instanceof LayerValue && b instanceof LayerValue && sameLayer(e, a, b));
}

function sameLayer(e: Evaluation, a: LayerValue, b: LayerValue): boolean {
  if (a.className !== b.className || a.config.size !== b.config.size) return false;
  return [...a.config].every(([key, { value }]) => sameData(e, value, b.config.get(key)?.value, 0));
}

function sameData(e: Evaluation, a: Value, b: Value, depth: number): boolean {
  e.meter.read(bytesOf.property);
  if (Object.is(a, b)) return true;
  if (!(a instanceof List && b instanceof List) || depth > MAX_DEPTH || a.items.length > 64) return false;
  return a.items.length === b.items.length && a.items.every((item, i) => sameData(e, item, b.items[i], depth + 1));
}

function sameButIdentities(e: Evaluation, a: readonly Value[], b: readonly Value[]): boolean {
  const essential = (items: readonly Value[]) =>
    items.filter((item) => !(item instanceof LayerValue && isIdentityLayer(item.className)));
  const left = essential(a);
  const right = essential(b);
  return left.length === right.length && left.every((item, i) => same(e, item, right[i]));
}

/** Whether only layers that compute the identity lie between `origin` and `tensor`. */
function leadsBackTo(tensor: TensorValue, origin: TensorValue): boolean {
  let { source } = tensor;
  for (let steps = 0; steps < 100; steps++) {
    if (source.kind !== 'applied' || source.inputs.length !== 1) return false;
    if (!(source.to instanceof LayerValue) || !isIdentityLayer(source.to.className)) return false;
    if (source.inputs[0] === origin) return true;
    source = source.inputs[0].source;
  }
  return false;
}
