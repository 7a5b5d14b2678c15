import { bytesOf, Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from './evaluator.ts';
import { placesOf } from './slices.ts';
import { ClassValue, Dict, Instance, Library, List, numeric, orElse, Range, sizeOf, Slice, Tuple } from './values.ts';
import type { Site, Value } from './values.ts';
import { isTensorLike } from '../../library/torch/tensor.ts';
import { sketchedPart } from '../../library/keras/ownLayers.ts';
import { isSketched } from '../../library/keras/sketch.ts';
import { tensorPart } from '../../library/torch/tensorCalls.ts';
import { moduleItem } from '../../library/torch/containers.ts';

/** `object[index]` */
export function subscript(e: Evaluator, object: Value, index: Value, site: Site): Value {
  const unknown = () => new Unknown(site.text, site.span, object instanceof Unknown && object.derived);
  if (isTensorLike(object)) return tensorPart(e, object, index, site);
  if (isSketched(object)) return orElse(sketchedPart(object, index), unknown);
  if (index instanceof Slice) e.meter.read(typeof object === 'string' ? object.length * bytesOf.item : sizeOf(object));
  if (object instanceof Unknown) return object.part(site.text, site.span);
  if (object instanceof Dict) return index instanceof Unknown ? index.derive() : orElse(object.get(index), unknown);
  if (object instanceof Instance) return orElse(moduleItem(e, object, index, site), unknown);
  // `list[int]`, `Optional[X]`: types.
  if (object instanceof Library || object instanceof ClassValue) return object;
  if (object instanceof Range) return sliced(e, e.list(rangeItems(e, object)), index) ?? unknown();
  if (object instanceof List || object instanceof Tuple) {
    const found = sliced(e, object, index);
    return found === undefined ? (index instanceof Unknown ? index.derive() : unknown()) : found;
  }
  if (typeof object === 'string') return characters(object, index) ?? unknown();
  return unknown();
}

function rangeItems(e: Evaluator, range: Range): number[] {
  const count = Math.min(range.length, 20_000);
  e.meter.hold(count * bytesOf.item);
  return Array.from({ length: count }, (_none, i) => range.start + i * range.step);
}

function sliced(e: Evaluator, source: List | Tuple, index: Value): Value {
  const { items, doubt } = source;
  if (index instanceof Slice) {
    const places = placesOf(index, items.length);
    if (!places) return undefined;
    const taken = places.map((place) => items[place]);
    return source instanceof List ? e.list(taken, doubt) : e.tuple(taken, doubt);
  }
  const at = numeric(index);
  if (at === undefined || (doubt && at < 0)) return undefined;
  return items[at < 0 ? at + items.length : at];
}

function characters(text: string, index: Value): Value {
  if (index instanceof Slice) {
    return placesOf(index, text.length)
      ?.map((place) => text[place])
      .join('');
  }
  const at = numeric(index);
  return at === undefined ? undefined : text[at < 0 ? at + text.length : at];
}

/** `object[index] = value` */
export function setItem(e: Evaluator, object: Value, index: Value, value: Value): void {
  if (object instanceof Instance) {
    if (typeof index === 'string' || typeof index === 'number') e.set(object, String(index), value);
    return;
  }
  if (object instanceof Dict) {
    e.journal.touch(object);
    e.meter.hold(bytesOf.property);
    if (index instanceof Unknown) object.doubt ??= index;
    else object.set(index, value);
    return;
  }
  if (!(object instanceof List)) return;
  e.journal.touch(object);
  const at = numeric(index);
  const place = at !== undefined && at < 0 ? at + object.items.length : at;
  if (place !== undefined && place >= 0 && place < object.items.length) object.items[place] = value;
  else object.doubt ??= index instanceof Unknown ? index : new Unknown('an item', undefined, true);
}

/** `del object[index]` */
export function deleteItem(e: Evaluator, object: Value, index: Value): void {
  if (!(object instanceof Dict || object instanceof List || object instanceof Instance)) return;
  e.journal.touch(object);
  const at = numeric(index);
  if (object instanceof Dict) object.entries.delete(typeof index === 'string' ? `s${index}` : index);
  else if (object instanceof Instance)
    object.attributes.delete(typeof index === 'number' || typeof index === 'string' ? `${index}` : '');
  else if (at !== undefined) object.items.splice(at, 1);
  else object.doubt ??= new Unknown('an item', undefined, true);
}
