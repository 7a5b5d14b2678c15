import { parse } from 'jsonc-parser';
import type { Random } from './random.ts';
import { strangeName, strangeNumber, strangeValue, written } from './strange.ts';
import type { Seed } from './seeds.ts';

/** A place in a tree of plain values. */
interface Place {
  readonly container: Record<string, unknown> | unknown[];
  readonly key: string | number;
}

const mostPlaces = 20_000;

/** Editors hand over no longer texts. Indentation of nested lists alone makes such. */
const MAX_CHARACTERS = 5e7;

/** A document made from a seed by one to four changes to its structure, and now and then to its text. */
export function mutated(seed: Seed, others: readonly Seed[], random: Random): Seed {
  const { name } = seed;
  const isJson = name.endsWith('.json');
  let text = isJson ? restructured(seed.text, random) : edited(seed.text, others, random);
  if (random.chance(isJson ? 0.12 : 0.3)) text = scrambled(text, random);
  return { name, text };
}

const largeNumbers = ['100000', '1000000', '1000000000', '2147483648', '9007199254740991'];

/** One large number in the place of each number of a document, one document for each. */
export function enlarged({ name, text }: Seed): Seed[] {
  const root = { root: parse(text) as unknown };
  return placesIn(root).flatMap((place) => {
    const value = at(place);
    if (typeof value !== 'number') return [];
    const documents = largeNumbers.map((large) => {
      put(place, `@${large}@`);
      return { name, text: written(root.root, 0) };
    });
    put(place, value);
    return documents;
  });
}

function restructured(text: string, random: Random): string {
  const root = { root: parse(text) as unknown };
  const changes = 1 + random.below(random.chance(0.2) ? 4 : 2);
  for (let k = 0; k < changes; k++) changeTree(root, random);
  const changed = written(root.root, random.chance(0.3) ? 2 : 0);
  return changed.length > MAX_CHARACTERS ? written(root.root, 0) : changed;
}

function changeTree(root: { root: unknown }, random: Random): void {
  const places = placesIn(root);
  const place = random.pick(places);
  const value = at(place);
  switch (random.below(11)) {
    case 0:
      return remove(place);
    case 1:
      return swap(place, random.pick(places));
    case 2:
      return put(place, clone(at(random.pick(places))));
    case 3:
      return duplicate(place, random);
    case 4:
      return rename(place, strangeName(random));
    case 5:
      // Reads from another layer, from itself, or from one behind it.
      return retarget(places, random);
    case 6:
      return put(place, nested(value, random));
    case 7:
      return enlarge(places, random);
    case 8:
      return enlarge(places, random);
    default:
      return put(place, strangeValue(random));
  }
}

function placesIn(root: object): Place[] {
  const places: Place[] = [];
  const pending: object[] = [root];
  for (let container = pending.pop(); container && places.length < mostPlaces; container = pending.pop()) {
    for (const key of Object.keys(container)) {
      const place = { container: container as Place['container'], key };
      places.push(place);
      const value = at(place);
      if (typeof value === 'object' && value !== null) pending.push(value);
    }
  }
  return places;
}

function at({ container, key }: Place): unknown {
  return (container as Record<string, unknown>)[key];
}

function put({ container, key }: Place, value: unknown): void {
  Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });
}

function clone(value: unknown): unknown {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown);
}

function remove({ container, key }: Place): void {
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else if (key !== 'root') Reflect.deleteProperty(container, key);
}

function swap(a: Place, b: Place): void {
  const [first, second] = [clone(at(a)), clone(at(b))];
  put(a, second);
  put(b, first);
}

function duplicate(place: Place, random: Random): void {
  if (!Array.isArray(place.container)) return put(place, [at(place), at(place)]);
  const copies = random.chance(0.05) ? 40 : 1;
  for (let k = 0; k < copies; k++) place.container.splice(Number(place.key), 0, clone(at(place)));
}

function rename(place: Place, name: string): void {
  if (Array.isArray(place.container) || place.key === 'root') return put(place, name);
  const value = at(place);
  remove(place);
  put({ container: place.container, key: name }, value);
}

function retarget(places: readonly Place[], random: Random): void {
  const texts = places.filter((place) => typeof at(place) === 'string');
  if (texts.length > 1) put(random.pick(texts), at(random.pick(texts)));
}

/** One number in place of another: a size, most often. */
function enlarge(places: readonly Place[], random: Random): void {
  const numbers = places.filter((place) => typeof at(place) === 'number');
  if (numbers.length > 0) put(random.pick(numbers), `@${strangeNumber(random)}@`);
}

function nested(value: unknown, random: Random): unknown {
  const depth = random.chance(0.03) ? 1500 : 1 + random.below(6);
  const key = random.pick(['layers', 'config', 'a', 'inputs']);
  const isList = random.chance(0.5);
  let deep = value ?? null;
  for (let k = 0; k < depth; k++) deep = isList ? [deep] : { [key]: deep };
  return deep;
}

/** Source code: numbers, names, lines and pieces of other sources changed. */
function edited(text: string, others: readonly Seed[], random: Random): string {
  let result = text;
  const changes = 1 + random.below(4);
  for (let k = 0; k < changes; k++) result = editOnce(result, others, random);
  return result;
}

function editOnce(text: string, others: readonly Seed[], random: Random): string {
  const lines = text.split('\n');
  const line = random.below(lines.length);
  switch (random.below(8)) {
    case 0:
      lines.splice(line, 1);
      return lines.join('\n');
    case 1:
      lines.splice(line, 0, lines[random.below(lines.length)]);
      return lines.join('\n');
    case 2:
      return replaceOne(text, /'[^'\n]*'/g, `'${strangeName(random).replace(/[\n\r'\\]/g, '')}'`, random);
    case 3:
      return replaceOne(text, /\b[a-z]\w*\b/gi, random.pick(text.match(/\b[a-z]\w*\b/gi) ?? ['x']), random);
    case 4: {
      const other = random.pick(others).text;
      const from = random.below(other.length);
      const at = random.below(text.length + 1);
      return text.slice(0, at) + other.slice(from, from + 200) + text.slice(at);
    }
    case 5:
      return replaceOne(
        text,
        /[-+*/%<>=]+/g,
        random.pick(['+', '-', '*', '**', '%', '<', '>=', '===', '=', '??']),
        random,
      );
    default:
      return replaceOne(text, /\b\d+(\.\d+)?\b/g, strangeNumber(random), random);
  }
}

function replaceOne(text: string, pattern: RegExp, by: string, random: Random): string {
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return text;
  const match = random.pick(matches);
  return text.slice(0, match.index) + by + text.slice(match.index + match[0].length);
}

/** Changes that know nothing of structure. */
function scrambled(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  const length = random.below(60);
  switch (random.below(8)) {
    case 0:
      return '\ufeff' + text;
    case 1:
      return text.replaceAll('\n', '\r\n');
    case 2:
      return text.slice(0, at);
    case 3:
      return text.slice(0, at) + text.slice(at + length);
    case 4:
      return (
        text.slice(0, at) +
        random.pick(['\u0000', '\ud800', '\udfff', '\u2028', '\r', '\t', '/*', '//', '\\', '"', '`']) +
        text.slice(at)
      );
    case 5: {
      const depth = random.pick([10, 300, 2500]);
      return text.slice(0, at) + random.pick(['[', '{"a":', '(', '{"layers":[', 'f(']).repeat(depth) + text.slice(at);
    }
    case 6:
      return text.slice(0, at) + text.slice(at, at + length).repeat(1 + random.below(5)) + text.slice(at + length);
    default:
      return (
        text.slice(0, at) +
        random.pick(['}', ']', ',', ':', '{', '[', ')', '1e999', 'NaN', '-', 'null']) +
        text.slice(at)
      );
  }
}
