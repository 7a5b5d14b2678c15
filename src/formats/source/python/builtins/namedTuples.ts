import { Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import { itemsOf } from '../evaluation/iteration.ts';
import { Native, Tuple } from '../evaluation/values.ts';
import type { Argument, Site, Value } from '../evaluation/values.ts';

/** What `namedtuple` gives: it is called with the fields, and `self` holds their names and then their defaults. */
export const NAMED_TUPLE = 'namedtuple.new';

/** `namedtuple('Point', 'x y', defaults=(0,))` */
export function makeNamedTuple(e: Evaluator, given: readonly Argument[], site: Site): Value {
  const positional = given.filter(({ name }) => name === undefined).map(({ value }) => value);
  const named = (key: string) => given.find(({ name }) => name === key)?.value;
  const written = named('field_names') ?? positional[1];
  const listed = typeof written === 'string' ? written.split(/[\s,]+/).filter((name) => name !== '') : undefined;
  const { items, doubt } = listed ? { items: listed, doubt: undefined } : itemsOf(e, written ?? null);
  if (doubt || items.length === 0 || !items.every((name) => typeof name === 'string'))
    return written instanceof Unknown ? written.derive() : new Unknown(site.text, site.span, true);
  const fallbacks = named('defaults');
  const defaults = fallbacks === undefined ? [] : itemsOf(e, fallbacks).items;
  return new Native(NAMED_TUPLE, new Tuple([new Tuple(items), new Tuple(defaults)]));
}

/** The names of the fields; undefined for anything else than what `namedtuple` gives. */
export function namedFields(value: Value): readonly string[] | undefined {
  if (!(value instanceof Native) || value.name !== NAMED_TUPLE || !(value.self instanceof Tuple)) return undefined;
  const [names] = value.self.items;
  return names instanceof Tuple ? names.items.filter((name) => typeof name === 'string') : undefined;
}

/** Defaults are those of the last fields. */
function namedDefault(value: Native, field: string): Value {
  const names = namedFields(value) ?? [];
  const defaults = value.self instanceof Tuple ? value.self.items[1] : undefined;
  if (!(defaults instanceof Tuple)) return undefined;
  const place = names.indexOf(field) - (names.length - defaults.items.length);
  return place < 0 ? undefined : defaults.items[place];
}

/** `Point(1, y=2)` */
export function fillNamedTuple(callee: Native, args: readonly Argument[], site: Site): Value {
  const names = namedFields(callee) ?? [];
  const positional = args.filter(({ name }) => name === undefined).map(({ value }) => value);
  const open = args.find(({ name }) => name === '*' || name === '**')?.value;
  const items = names.map((field, i) => {
    const argument = args.find(({ name }) => name === field);
    if (argument) return argument.value;
    if (i < positional.length) return positional[i];
    const fallback = namedDefault(callee, field);
    return fallback === undefined ? (open ?? new Unknown(field, site.span)) : fallback;
  });
  return new Tuple(items, undefined, names);
}
