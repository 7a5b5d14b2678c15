import { Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from '../../python/evaluation/evaluator.ts';
import { itemsOf } from '../../python/evaluation/iteration.ts';
import { placesOf } from '../../python/evaluation/slices.ts';
import { Dict, Instance, List, Slice, Tuple } from '../../python/evaluation/values.ts';
import type { Argument, Site, Value, Native } from '../../python/evaluation/values.ts';
import { childrenOf, isChild, isContainer, isModule, moduleKind } from './modules.ts';

/** What the constructor of a container is given: modules, a list or a dictionary of them. */
export function fillContainer(e: Evaluator, object: Instance, args: readonly Argument[]): void {
  const positional = args.filter(({ name }) => name === undefined || name === '*').map(({ value }) => value);
  const [first] = positional;
  if (first instanceof Dict) {
    for (const [key, value] of first.entries.values()) if (typeof key === 'string') e.set(object, key, value);
    object.doubt ??= first.doubt;
  } else if (moduleKind(object) === 'ModuleList') {
    if (first !== undefined && first !== null) extendContainer(e, object, first);
  } else if (moduleKind(object) === 'Sequential') {
    appendModules(e, object, positional);
  } else if (first instanceof Unknown) object.doubt ??= first;
  else if (first !== undefined) fillPairs(e, object, first);
}

function fillPairs(e: Evaluator, object: Instance, pairs: Value): void {
  for (const pair of itemsOf(e, pairs).items) {
    const [key, value] = itemsOf(e, pair).items;
    if (typeof key === 'string') e.set(object, key, value);
  }
}

/** Each is named by how many modules stand before it. */
function appendModules(e: Evaluator, object: Instance, values: readonly Value[]): void {
  let { length } = childrenOf(e, object);
  for (const value of values) {
    e.set(object, String(length), value);
    if (isChild(object, String(length), value)) length++;
  }
}

export function extendContainer(e: Evaluator, object: Instance, value: Value): void {
  const { items, doubt } = itemsOf(e, value);
  appendModules(e, object, [...items]);
  object.doubt ??= doubt;
}

/** `container[index]`, where slices of a Sequential are Sequentials again. */
export function moduleItem(e: Evaluator, object: Instance, index: Value, site: Site): Value {
  if (!isContainer(object)) return undefined;
  if (typeof index === 'string') return object.attributes.get(index);
  const isList = moduleKind(object) === 'ModuleList';
  // Those of a list are named by their places.
  if (isList && typeof index === 'number' && index >= 0) return object.attributes.get(String(index));
  const children = childrenOf(e, object);
  if (index instanceof Slice) {
    const places = placesOf(index, children.length);
    if (!places) return undefined;
    const part = new Instance(e.journal.next(), undefined, object.library, site);
    places.forEach((place, i) => {
      e.set(part, isList ? String(i) : children[place][0], children[place][1]);
    });
    return part;
  }
  if (typeof index !== 'number') return undefined;
  return children[index < 0 ? index + children.length : index]?.[1];
}

/** Methods of containers and of modules that hold others; undefined for all others. */
export function callContainer(e: Evaluator, { name, self }: Native, args: readonly Argument[], site: Site): Value {
  if (!(self instanceof Instance)) return undefined;
  const [first, second] = args.map(({ value }) => value);
  switch (name.slice(name.lastIndexOf('.') + 1)) {
    case 'append':
      appendModules(e, self, [first]);
      return self;
    case 'extend':
      extendContainer(e, self, first);
      return self;
    case 'insert': {
      const children = childrenOf(e, self);
      renumber(e, self, [...children.slice(0, Number(first)), ['', second], ...children.slice(Number(first))]);
      return self;
    }
    case 'pop':
      return popModule(e, self, first);
    case 'add_module':
    case 'register_module': {
      const [key, module] = [argument(args, 0, 'name'), argument(args, 1, 'module')];
      if (typeof key === 'string') e.set(self, key, module);
      else self.doubt ??= key instanceof Unknown ? key : new Unknown(site.text, site.span, true);
      return null;
    }
    case 'update':
      fillContainer(e, self, args);
      return null;
    case 'keys':
      return e.list(childrenOf(e, self).map(([key]) => key));
    case 'values':
    case 'children':
      return e.list(childrenOf(e, self).map(([, child]) => child));
    case 'items':
    case 'named_children':
      return e.list(childrenOf(e, self).map(([key, child]) => e.tuple([key, child])));
    case 'modules':
      return e.list(allModules(e, self).map(([, module]) => module));
    case 'named_modules':
      return e.list(allModules(e, self).map(([key, module]) => e.tuple([key, module])));
    case 'get_submodule':
      return typeof first === 'string' ? first.split('.').reduce<Value>(memberOf, self) : undefined;
    default:
      return undefined;
  }
}

function popModule(e: Evaluator, self: Instance, index: Value): Value {
  const children = childrenOf(e, self);
  const at = typeof index === 'number' ? (index < 0 ? index + children.length : index) : children.length - 1;
  const key = typeof index === 'string' ? index : (children[at]?.[0] ?? '');
  const found = self.attributes.get(key);
  e.journal.touch(self, key);
  self.attributes.delete(key);
  return found;
}

function argument(args: readonly Argument[], place: number, name: string): Value {
  return (
    args.find((given) => given.name === name)?.value ?? args.filter((given) => given.name === undefined)[place]?.value
  );
}

function memberOf(object: Value, name: string): Value {
  return object instanceof Instance ? object.attributes.get(name) : undefined;
}

function renumber(e: Evaluator, object: Instance, children: readonly (readonly [string, Value])[]): void {
  e.journal.touch(object);
  for (const [key] of childrenOf(e, object)) object.attributes.delete(key);
  children.forEach(([, child], i) => {
    e.set(object, String(i), child);
  });
}

function allModules(e: Evaluator, root: Instance): [string, Instance][] {
  const found: [string, Instance][] = [];
  const seen = new Set<Instance>();
  const visit = (object: Instance, path: string, depth: number) => {
    if (seen.has(object) || depth > 60) return;
    e.step();
    seen.add(object);
    found.push([path, object]);
    for (const [key, child] of childrenOf(e, object))
      if (child instanceof Instance) visit(child, path === '' ? key : `${path}.${key}`, depth + 1);
  };
  visit(root, '', 0);
  return found;
}

/** `copy.deepcopy(module)`: another set of weights. */
export function copyModule(e: Evaluator, object: Instance, copyPart: (value: Value) => Value): Instance {
  const { cls, library, site } = object;
  const copy = new Instance(e.journal.next(), cls, library, site);
  copy.config = object.config;
  copy.doubt = object.doubt;
  copy.isHeld = true;
  for (const [key, value] of object.attributes) {
    const isPart = isModule(value) || value instanceof List || value instanceof Tuple || value instanceof Dict;
    e.set(copy, key, isPart ? copyPart(value) : value);
  }
  return copy;
}
