import type { Span } from '../../../../network/definition.ts';
import type { Shape } from '../../../../network/shape.ts';
import type { DirectiveValue } from '../../evaluation/directives.ts';
import { isFlaxModule } from '../../library/flax/classes.ts';
import type { InputHint, TraceInput } from '../../library/torch/trace.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import { inputNames, probe } from './forward.ts';
import type { Probe } from './forward.ts';
import { extentsOf } from '../../library/torch/data.ts';
import { FunctionValue, List, Tuple } from '../evaluation/values.ts';
import type { Instance, Value } from '../evaluation/values.ts';

/** An input whose shape the source tells, and where; or one whose shape it does not tell. */
export interface FoundInput extends TraceInput {
  /** "from `torch.randn` in line 43" */
  readonly source: string | undefined;
  readonly span: Span | undefined;
}

/** Rows and columns are looked for up to here. */
const MAX_EXTENT = 1024;
/** Forward passes for the inputs of one network. */
const MAX_PASSES = 60;

/** Where the shapes of a network's inputs stand, in this order: a directive, data that it is shown, its layers. */
export function findInputs(e: Evaluator, object: Instance): readonly FoundInput[] {
  const found = fromDirective(e, object) ?? fromData(e, object) ?? new InputSearch(e, object).found();
  return isFlaxModule(object) ? found.map((input) => ({ ...input, isChannelsLast: true })) : found;
}

/** `# @region-lens input = (3, 32, 32)` at the class, at the call that makes the network, or at what holds it. */
function fromDirective(e: Evaluator, object: Instance): FoundInput[] | undefined {
  const { directives, file } = e.main;
  if (directives.isEmpty) return undefined;
  const spans = [
    object.cls?.nameSpan,
    object.site.span,
    object.maker?.span,
    ...object.bindings.map(({ span }) => span),
  ];
  const lines = spans.flatMap((span) => (span ? [file.lineOf(span.start)] : []));
  const names = inputNames(e, object);
  const whole = shapesIn(directives.find(lines, ['input', 'inputs', 'input_shape']));
  const found = names.map((name, i) => whole?.[i] ?? shapesIn(directives.find(lines, [name]))?.[0]);
  if (!found.every((shape) => shape !== undefined)) return undefined;
  return found.map((shape, i) => ({ name: names[i], shape, source: 'from the comment', span: undefined }));
}

/** One shape, or a list of them. */
function shapesIn(value: DirectiveValue | undefined): Shape[] | undefined {
  const list = typeof value === 'number' ? [value] : value;
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const items = list as readonly DirectiveValue[];
  const isShape = (item: unknown): item is Shape =>
    Array.isArray(item) &&
    item.length > 0 &&
    item.length < 4 &&
    item.every((extent) => Number.isSafeInteger(extent) && extent > 0);
  if (isShape(items)) return [items];
  return items.every(isShape) ? [...items] : undefined;
}

function fromData(e: Evaluator, object: Instance): FoundInput[] | undefined {
  const seen = e.torch.observed
    .get(object)
    ?.find(({ shapes }) => shapes.every((shape) => shape.length > 0 && shape.length < 4));
  if (!seen) return undefined;
  const names = inputNames(e, object, seen.shapes.length);
  const source = `from \`${seen.origin}\` in line ${seen.line}`;
  const found = seen.shapes.map((shape, i) => ({ name: names[i] ?? `input_${i + 1}`, shape, source, span: seen.span }));
  return withLayout(e, object, found);
}

/** Finds out whether channels come first, which data does not say. */
function withLayout(e: Evaluator, object: Instance, inputs: readonly FoundInput[]): FoundInput[] {
  if (isFlaxModule(object)) return [...inputs];
  let found = [...inputs];
  for (let round = 0; round <= inputs.length; round++) {
    const { needs } = probe(e, object, found);
    if (needs?.hint.kind !== 'channelsLast') return found;
    found = found.map((input, i) => (i === needs.input ? { ...input, isChannelsLast: true } : input));
  }
  return found;
}

/** Asks the layers of a network what its inputs can be. */
class InputSearch {
  private inputs: FoundInput[];
  private passes = 0;

  constructor(
    private readonly e: Evaluator,
    private readonly object: Instance,
  ) {
    this.inputs = inputNames(e, object).map((name) => ({ name, shape: undefined, source: undefined, span: undefined }));
  }

  found(): readonly FoundInput[] {
    for (let round = 0; round < 12; round++) {
      const { needs } = this.pass(this.inputs);
      if (!needs) break;
      const shaped = this.answer(needs.input, needs.hint);
      if (!shaped) break;
      this.inputs = this.inputs.map((input, i) => (i === needs.input ? shaped : input));
    }
    return this.inputs;
  }

  private pass(inputs: readonly FoundInput[], isRepeated = false): Probe {
    this.passes++;
    return probe(this.e, this.object, inputs, isRepeated);
  }

  private answer(index: number, hint: InputHint): FoundInput | undefined {
    const input = this.inputs[index];
    if (hint.kind === 'channelsLast') return { ...input, isChannelsLast: true };
    if (hint.kind === 'shape') return { ...input, shape: hint.shape, source: `from ${hint.how}` };
    return this.fromNames(index, hint.channels, hint.rank) ?? this.solved(index, hint.channels, hint.rank);
  }

  private shaped(index: number, channels: number, rank: 1 | 2, extent: number): FoundInput {
    const shape = [channels, ...Array<number>(rank).fill(extent)];
    return { ...this.inputs[index], shape };
  }

  /** What a network lacks of an input or has too much of, in numbers that reach its first linear layer. */
  private fit(index: number, input: FoundInput): number | 'any' | undefined {
    if (this.passes > MAX_PASSES) return undefined;
    const inputs = this.inputs.map((other, i) => (i === index ? input : other));
    const { isCollapsed, misfit, isChecked } = this.pass(inputs, true);
    if (isCollapsed) return -1;
    return misfit ? misfit.given - misfit.needed : isChecked ? 0 : 'any';
  }

  /** `img_size=224` among the constructor's parameters, `crop_size=224` and the like in the text. */
  private fromNames(index: number, channels: number, rank: 1 | 2): FoundInput | undefined {
    if (rank !== 2) return undefined;
    const { imageSizes } = this.e.torch;
    for (const { extents, source } of [
      ...this.parameters(channels),
      ...this.imageSize(),
      ...sizesInText(this.e.main.text).filter(({ name }) => imageSizes.length === 0 || !/Crop$|^Resize$/.test(name)),
    ]) {
      const shape = [channels, ...extents];
      const input = { ...this.inputs[index], shape, source };
      const fit = this.fit(index, input);
      if (fit === 0 || fit === 'any') return input;
    }
    return undefined;
  }

  /** The one size that all images are cut to or, where none is cut, brought to. */
  private imageSize(): { extents: readonly number[]; source: string }[] {
    const { imageSizes } = this.e.torch;
    const cuts = imageSizes.filter(({ name }) => name.endsWith('Crop'));
    const last = cuts.length > 0 ? cuts : imageSizes;
    const [first] = last;
    const isOne = last.every(({ extents }) => extents && extents.join() === first.extents?.join());
    return isOne && first?.extents ? [{ extents: first.extents, source: `from \`${first.name}\`` }] : [];
  }

  /** What the constructor was given, and the defaults of its other parameters. */
  private parameters(channels: number): { extents: readonly number[]; source: string }[] {
    const { cls, given } = this.object;
    const init = cls?.attribute('__init__');
    if (!(init instanceof FunctionValue)) return [];
    const [, ...params] = init.node.params;
    const named = given.map(({ name, value }, i): [string | undefined, Value] => [name ?? params[i]?.name, value]);
    const found = [
      ...named.filter(([name]) => name !== undefined && sizesGiven.test(name)),
      ...[...init.fallbacks].filter(([name]) => sizesByDefault.test(name)),
    ];
    return found.flatMap(([name, value]) => {
      const extents = extentsOf(withoutChannels(value, channels));
      return extents ? [{ extents, source: `from \`${name}\`` }] : [];
    });
  }

  /** The least number of rows and columns that the linear layers fit, and the greatest. */
  private solved(index: number, channels: number, rank: 1 | 2): FoundInput | undefined {
    const fits = new Map<number, number | 'any' | undefined>();
    const at = (extent: number) => {
      if (!fits.has(extent)) fits.set(extent, this.fit(index, this.shaped(index, channels, rank, extent)));
      return fits.get(extent);
    };
    this.e.torch.searches++;
    const { lastFit } = this.e.torch;
    // Images of another size than those of the data set are brought to it.
    const isResized = this.e.torch.imageSizes.some(({ name, extents }) => !extents || !name.endsWith('Crop'));
    const named = isResized
      ? undefined
      : dataSetsIn(this.e.main.text).find(({ shape }) => shape[0] === channels && shape.length === rank + 1);
    const least = this.least((extent) => below(at(extent), 0), lastFit?.least);
    if (least === undefined || at(least) !== 0) {
      const any = named && { ...this.inputs[index], shape: named.shape, source: `from the data set ${named.name}` };
      return any && at(named.shape[1]) === 'any' ? any : undefined;
    }
    if (named && at(named.shape[1]) === 0)
      return { ...this.inputs[index], shape: named.shape, source: `from the data set ${named.name}` };
    const isNotTooLarge = (extent: number) => below(at(extent), 1);
    const greatest = (this.least(isNotTooLarge, lastFit && lastFit.greatest + 1) ?? least + 1) - 1;
    this.e.torch.lastFit = { least, greatest };
    const range = greatest > least ? ` (${least} to ${greatest} fit)` : '';
    const source = `solved from the first linear layer${range}`;
    return { ...this.shaped(index, channels, rank, least), source };
  }

  /** The least extent that is not too small, for example `guess`; undefined where none is. */
  private least(isTooSmall: (extent: number) => boolean | undefined, guess = 1): number | undefined {
    if (guess > 1 && isTooSmall(guess - 1) === true && isTooSmall(guess) === false) return guess;
    let [low, high] = [0, 1];
    for (; ; high *= 2) {
      const small = isTooSmall(high);
      if (small === undefined || high > MAX_EXTENT) return undefined;
      if (!small) break;
      low = high;
    }
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (isTooSmall(middle)) low = middle;
      else high = middle;
    }
    return high;
  }
}

function below(fit: number | 'any' | undefined, bound: number): boolean | undefined {
  return fit === undefined || fit === 'any' ? undefined : fit < bound;
}

const sizesByDefault = /^(?:img|image|input|in)_?(?:size|dim|res|resolution|shape)$/;
/** Numbers for `in_size` and `input_dim` are those of channels more often. */
const sizesGiven = /^(?:(?:img|image)_?(?:size|res|resolution|shape)|input_?(?:size|resolution|shape))$/;

function withoutChannels(value: Value, channels: number): Value {
  const isShape = (value instanceof Tuple || value instanceof List) && value.items.length === 3;
  return isShape && value.items[0] === channels ? new Tuple(value.items.slice(1)) : value;
}

const sizes =
  /\b(crop_size|img_size|image_size|input_size|IMG_SIZE|IMAGE_SIZE|imageSize|(?:Random|Center|RandomResized)Crop|Resize)['"]?\s*[=:(]\s*\(?(?:\s*[13]\s*,)?\s*(\d{1,4})\b/g;

/** Options of a command line with their defaults. */
const options = /['"](--(?:img|image|input|crop)[_-]?size)['"][^\n]{0,80}?\bdefault\s*=\s*(\d{1,4})\b/g;

/** All that the words of a text, comments among them, say of the sizes of images. */
export function sizeHints(text: string): string {
  return JSON.stringify([sizesInText(text), dataSetsIn(text)]);
}

function sizesInText(text: string): { name: string; extents: readonly number[]; source: string }[] {
  return [...text.matchAll(sizes), ...text.matchAll(options)]
    .map(([, name, digits]) => {
      const extent = Number(digits);
      return { name, extents: [extent, extent], source: `from \`${name}\`` };
    })
    .filter(({ extents }) => extents[0] > 0 && extents[0] <= MAX_EXTENT)
    .slice(0, 4);
}

const dataSets: readonly { readonly pattern: RegExp; readonly shape: Shape }[] = [
  { pattern: /\b(?:Fashion|K|E|Q)?MNIST\b/, shape: [1, 28, 28] },
  { pattern: /\bCIFAR-?100?\b/i, shape: [3, 32, 32] },
  { pattern: /\bSVHN\b/, shape: [3, 32, 32] },
  { pattern: /\bSTL10\b/, shape: [3, 96, 96] },
  { pattern: /\bImageNet\b|\bIMAGENET1K/i, shape: [3, 224, 224] },
];

function dataSetsIn(text: string): { name: string; shape: Shape }[] {
  return dataSets.flatMap(({ pattern, shape }) => {
    const match = pattern.exec(text);
    return match ? [{ name: match[0], shape }] : [];
  });
}
