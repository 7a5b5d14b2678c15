import { formatCount } from '../../common/formatFigures.ts';
import { greatestOf, leastOf } from '../../network/extremes.ts';
import type { Problem, Span } from '../../network/definition.ts';
import type { Format, ReadResult } from '../format.ts';
import { itemsOf, member, parseJson, spanOf, textOf } from '../json/json.ts';
import type { JsonEntry, JsonNode } from '../json/json.ts';
import { jsonFormatOf } from '../sniff.ts';

/** An NNI search space: choices of hyperparameters, some of them sizes of layers. */
export const nni: Format = {
  id: 'nni-search-space',
  sniff: (text, fileName) => jsonFormatOf(text, fileName) === 'nni-search-space',
  read: readSearchSpace,
};

/** The least and the greatest whole number that a hyperparameter can be. */
interface Range {
  readonly least: number;
  readonly most: number;
}

interface Sized extends Range {
  readonly key: string;
  readonly span: Span;
}

const widthWords = /hidden|unit|neuron|width|dim|fc\d*_|dense/i;
const depthWords =
  /^(n|num|nb|number)?_?(of_)?(hidden_)?(n?layers?|depth|blocks?)(_(num|number|count|size))?$|^num_hidden_layers$/i;
const otherWords = /batch|rate|drop|epoch|decay|momentum|optim|activ|kernel|stride|image|patience|init/i;

function readSearchSpace(text: string): ReadResult {
  const { root, problems: found } = parseJson(text);
  const problems: Problem[] = [...found];
  if (root?.kind !== 'object') return { format: nni.id, networks: [], problems };
  const entries = hyperparameters(root, 0);
  const widths = entries.flatMap((entry) => sized(entry, isWidth));
  const depths = entries.flatMap((entry) => sized(entry, isDepth));
  const say = (message: string, span: Span) =>
    problems.push({ code: 'search-space', severity: 'information', message, span: spanOf(span) });
  const isSearch = entries.some(({ value }) => /^(layer|input)_choice$/.test(textOf(member(value, '_type')) ?? ''));
  say(
    isSearch
      ? 'This is an NNI search space of architectures: it chooses between layers that are defined in code, which is where their regions can be shown.'
      : `This is an NNI search space: it lists choices, and the network that they are for is in the trial's code.${widths.length > 0 ? '' : ' None of them looks like the size of a layer, so nothing can be said of regions.'}`,
    { start: root.start, end: root.start + 1 },
  );
  for (const width of widths) say(widthMessage(width), width.span);
  const [depth] = depths;
  const [widest] = [...widths].sort((a, b) => b.most - a.most);
  if (depth && widest) say(depthMessage(depth, widest), depth.span);
  return { format: nni.id, networks: [], problems };
}

const MAX_DEPTH = 8;

/** Every hyperparameter; a choice may hold a search space of its own. */
function hyperparameters(node: JsonNode, depth: number): JsonEntry[] {
  if (node.kind !== 'object' || depth > MAX_DEPTH) return [];
  return node.entries.flatMap((entry) => {
    if (!member(entry.value, '_type')) return [];
    const inner = itemsOf(member(entry.value, '_value')).flatMap((item) => hyperparameters(item, depth + 1));
    return [entry, ...inner];
  });
}

const isDepth = (key: string): boolean => depthWords.test(key);
const isWidth = (key: string): boolean => !isDepth(key) && !otherWords.test(key) && widthWords.test(key);

function sized({ key, value, keySpan }: JsonEntry, fits: (key: string) => boolean): Sized[] {
  const range = fits(key) ? rangeOf(value) : undefined;
  return range ? [{ key, span: keySpan, ...range }] : [];
}

/** Of whole numbers above zero; undefined for others, and for what has no limits. */
function rangeOf(node: JsonNode): Range | undefined {
  const numbers = itemsOf(member(node, '_value')).map((item) => (item.kind === 'scalar' ? item.value : null));
  if (!numbers.every((value) => typeof value === 'number') || numbers.length === 0) return undefined;
  const [low, high] = numbers;
  const range = limits(textOf(member(node, '_type')) ?? '', numbers, low, high);
  const isSize = (value: number) => Number.isSafeInteger(value) && value >= 1 && value <= 2 ** 31;
  return range && isSize(range.least) && isSize(range.most) && range.least <= range.most ? range : undefined;
}

function limits(type: string, numbers: readonly number[], low: number, high: number): Range | undefined {
  switch (type) {
    case 'choice':
      return numbers.every(Number.isInteger) ? { least: leastOf(numbers), most: greatestOf(numbers) } : undefined;
    case 'randint':
      // The upper end is not among them.
      return numbers.length === 2 ? { least: low, most: high - 1 } : undefined;
    case 'quniform':
    case 'qloguniform':
      return numbers.length === 3 && Number.isInteger(numbers[2]) ? { least: low, most: high } : undefined;
    default:
      return undefined;
  }
}

/** Every unit of two pieces at most doubles the regions, whatever is before it. */
function widthMessage({ key, least, most }: Sized): string {
  const layer = `A layer of ${key} ReLU neurons multiplies the number of regions by at most`;
  return least === most
    ? `${layer} 2^${least} (${powerOfTwo(least)}).`
    : `${layer} 2^${least} (${powerOfTwo(least)}) for the least choice and 2^${most} (${powerOfTwo(most)}) for the greatest.`;
}

function depthMessage(depth: Sized, width: Sized): string {
  const [least, most] = [depth.least * width.least, depth.most * width.most];
  return `If all ${depth.key} layers have ${width.key} ReLU neurons, there are at most 2^${least} (${powerOfTwo(least)}) regions for the least choices and 2^${most} (${powerOfTwo(most)}) for the greatest.`;
}

function powerOfTwo(exponent: number): string {
  if (exponent <= 40) return formatCount(2 ** exponent);
  // Rounded up: what is shown is still a bound.
  return `below 10^${(Math.ceil(exponent * Math.log10(2) * 100) / 100).toLocaleString('en')}`;
}
