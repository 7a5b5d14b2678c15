import { fileShape } from '../../../graph/axes.ts';
import { boundedBy, Condition } from '../../../graph/choices.ts';
import type { GraphNode } from '../../../graph/node.ts';
import { Rearranged } from '../../../graph/operators/rearranged.ts';
import { Refusal } from '../../../graph/writer.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import { Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from '../../python/evaluation/evaluator.ts';
import { BatchSize, List, Native, Tuple } from '../../python/evaluation/values.ts';
import type { Argument, Site, Value } from '../../python/evaluation/values.ts';
import { absolute } from './activations.ts';
import { choice, comparisons, conditionOf, filledLike, isFilling, numberBeside } from './constants.ts';
import { dataMember } from './data.ts';
import { callFunction, callJoin, expandedTo, isFunction } from './functions.ts';
import { combine, nameOfOperator, operatorOf } from './operators.ts';
import { divided, dividesTensors, endsOf, part, sizesOfParts, takesAll } from './parts.ts';
import { changesAxes, rearrangedBy } from './rearranging.ts';
import { axesOf, isMeantChannelsFirst } from './shapes.ts';
import { Aside, DataTensor, Deferred, Filled, isTensorLike, Parameter, Tensor } from './tensor.ts';
import type { Pending, TensorLike } from './tensor.ts';
import { STEPS_OF_LAYER } from './trace.ts';
import type { Trace } from './trace.ts';
import { openedUnits, openedUnitsByIndex, outerSum, sumBelow, tropicalProduct, unfolded } from './tropical.ts';
import { axesMethod, indexedWeights, reshapedWeights, weightsMember } from './weightAxes.ts';

export function operateTensors(e: Evaluator, operator: string, left: Value, right: Value, site: Site): Value {
  const sum = e.torch.trace && outerSum(operator, left, right);
  const operate = () => operated(e, operator, left, right, site);
  return sum ? pendingTensor(e, sum, operate) : operate();
}

function operated(e: Evaluator, operator: string, left: Value, right: Value, site: Site): Value {
  const { trace } = e.torch;
  const [a, b] = [left, right].map((value) => (value instanceof Tensor ? value : undefined));
  if (!trace || !(a ?? b)) return new Unknown(site.text, site.span, true);
  const inputs = [a, b].flatMap((tensor) => (tensor ? [tensor.value] : []));
  e.step(STEPS_OF_LAYER);
  const node = trace.functionNode(Object.hasOwn(nameOfOperator, operator) ? nameOfOperator[operator] : 'operation', {
    span: site.span,
    calleeSpan: site.span,
  });
  const other = a ? right : left;
  const condition = [left, right].find((value) => value instanceof Condition);
  if (operator === '*' && condition)
    return choose(e, condition, other instanceof Condition ? (a ?? b) : other, 0, site);
  if (!(a && b) && other instanceof Unknown)
    return e.torch.tensor(e, trace.doubt(node, inputs, 'The other operand', other));
  const value = trace.perform(node, inputs, {}, () => combine(trace, node, operator, left, right));
  return e.torch.tensor(e, value);
}

/** A tensor that is made where it is read, unless it becomes a part of a max-plus product before. */
export function pendingTensor(e: Evaluator, pending: Pending, make: () => Value): Tensor {
  const made = (): TensorValue => {
    const tensor = make();
    return tensor instanceof Tensor ? tensor.value : pending.x;
  };
  return new Tensor(e.journal.next(), new Deferred(undefined, made, pending));
}

export function absoluteTensor(e: Evaluator, value: Value, site: Site): Value {
  const { trace } = e.torch;
  if (!trace || !(value instanceof Tensor)) return undefined;
  return e.torch.tensor(e, trace.activate(trace.functionNode('abs', site), value.value, absolute));
}

export function tensorMember(e: Evaluator, object: TensorLike, name: string, site: Site): Value {
  if (object instanceof DataTensor) return dataMember(e, object, name, site);
  if (object instanceof Parameter) return weightsMember(e, object, name, site);
  if (!(object instanceof Tensor)) {
    const isShape = name === 'shape' && object instanceof Filled && object.shape;
    return isShape ? e.tuple([new BatchSize(), ...isShape]) : new Native(`torch.tensor.${name}`, object);
  }
  switch (name) {
    case 'shape':
      return sizeOf(e, object);
    case 'ndim':
      if (object.rearranged) return object.rearranged.shape.length + 1;
      return object.value.shape ? object.value.shape.length + 1 : new Unknown(site.text, site.span);
    case 'data':
      return object;
    case 'device':
    case 'dtype':
    case 'T':
    case 'mT':
      return new Unknown(site.text, site.span);
    default:
      return new Native(`torch.tensor.${name}`, object);
  }
}

function sizeOf(e: Evaluator, tensor: Tensor): Value {
  const shape = tensor.rearranged?.shape ?? fileShape(tensor.value);
  if (shape) return e.tuple([new BatchSize(), ...shape]);
  const open = new Unknown('the shape', undefined);
  return e.tuple([new BatchSize(), open, open, open]);
}

export function tensorPart(e: Evaluator, object: TensorLike, index: Value, site: Site): Value {
  const { trace } = e.torch;
  const parts = index instanceof Tuple ? index.items : [index];
  if (object instanceof Parameter) return indexedWeights(object, parts) ?? new Unknown(site.text, site.span, true);
  if (!trace || !(object instanceof Tensor)) return new Unknown(site.text, site.span, true);
  if (takesAll(parts)) return object;
  const opened = openedUnitsByIndex(object, parts);
  const part = () => partOf(e, object, parts, site);
  return opened ? pendingTensor(e, opened, part) : part();
}

function partOf(e: Evaluator, object: Tensor, parts: readonly Value[], site: Site): Value {
  const { trace } = e.torch;
  if (!trace) return undefined;
  e.step(STEPS_OF_LAYER);
  const node = trace.functionNode('part', site);
  const unknown = parts.flatMap(endsOf).find((each) => each instanceof Unknown);
  if (unknown) return e.torch.tensor(e, trace.doubt(node, [object.value], 'The part that is taken', unknown));
  return e.torch.tensor(
    e,
    trace.perform(node, [object.value], {}, () => part(trace, node, object.value, parts)),
  );
}

/** `chunk`, `split`, `unbind`: several tensors of one. */
function divide(e: Evaluator, name: string, { value: x }: Tensor, args: readonly Argument[], site: Site): Value {
  const { trace } = e.torch;
  if (!trace) return undefined;
  const positional = args.filter((argument) => argument.name === undefined).map(({ value }) => value);
  const named = (...names: string[]) =>
    args.find((argument) => argument.name !== undefined && names.includes(argument.name))?.value;
  const axisValue = named('dim', 'axis') ?? positional[name === 'unbind' ? 0 : 1] ?? 0;
  const given = named('chunks', 'split_size', 'split_size_or_sections', 'indices_or_sections') ?? positional[0];
  const node = trace.functionNode(name, site);
  const extent = typeof axisValue === 'number' ? fileShape(x)?.[axesOf(x, [axisValue])[0] - 1] : undefined;
  const axis = typeof axisValue === 'number' ? axesOf(x, [axisValue])[0] : 0;
  let sizes: readonly number[] = [];
  const fault = trace.perform(node, [x], {}, () => {
    if (extent === undefined) throw new Refusal('Along which axis this divides the tensor is not known.');
    sizes = sizesOfParts(name, extent, given);
    return x;
  });
  if (fault !== x) return new Unknown(site.text, site.span, true);
  let start = 0;
  const made = sizes.slice(0, MAX_PARTS).map((size) => {
    e.step(STEPS_OF_LAYER);
    const from = start;
    start += size;
    const part = trace.functionNode(name, site);
    return e.torch.tensor(
      e,
      trace.perform(part, [x], {}, () => divided(trace, part, x, axis, [from, size], name === 'unbind')),
    );
  });
  return e.tuple(made);
}

/** Parts of one tensor that are followed. */
const MAX_PARTS = 1000;

/** `view`, `permute` and others that only give numbers other axes, where no layer does the same. */
function rearrange(e: Evaluator, name: string, tensor: Tensor, args: readonly Argument[], site: Site): Value {
  const { trace } = e.torch;
  if (!trace) return undefined;
  const before = tensor.rearranged;
  const made = rearrangedBy(name, before ?? tensor, args);
  if (!made) return undefined;
  e.step(STEPS_OF_LAYER);
  const node = trace.functionNode(name, site);
  if (made.shape.length <= 3) return e.torch.tensor(e, settled(trace, node, made));
  const refuse = () => settled(trace, node, made);
  return new Tensor(e.journal.next(), new Deferred(made, refuse));
}

function settled(trace: Trace, node: GraphNode, made: Rearranged): TensorValue {
  return trace.perform(node, [made.base], {}, () => {
    const value = made.settled(trace.writer, node, isMeantChannelsFirst(made.base));
    if (value) return value;
    throw new Refusal(`A tensor with ${made.shape.length} axes is not analyzed.`);
  });
}

/** Compares each number of a tensor with a constant; undefined for anything else. */
export function compareTensors(e: Evaluator, operator: string, left: Value, right: Value): Value {
  return e.torch.trace && conditionOf(operator, left, right);
}

/** One thing where a condition holds, another where it does not. */
function choose(e: Evaluator, condition: Condition, then: Value, otherwise: Value, site: Site): Value {
  const { trace } = e.torch;
  if (!trace) return undefined;
  e.step(STEPS_OF_LAYER);
  const node = trace.functionNode('where', site);
  const inputs = [then, otherwise].flatMap((value) => (value instanceof Tensor ? [value.value] : []));
  const open = [then, otherwise].find((value) => value instanceof Unknown);
  if (open instanceof Unknown)
    return e.torch.tensor(e, trace.doubt(node, [condition.x, ...inputs], 'What is chosen', open));
  const value = trace.perform(node, [condition.x, ...inputs], {}, () =>
    trace.activate(node, condition.x, choice(condition, then, otherwise)),
  );
  return e.torch.tensor(e, value);
}

/** The greater or the smaller of two tensors, or of each number and a constant. */
function extremum(e: Evaluator, isMaximum: boolean, values: readonly Value[], site: Site): Value {
  const { trace } = e.torch;
  const name = isMaximum ? 'maximum' : 'minimum';
  const [first, second] = values[0] instanceof Tensor ? values : [values[1], values[0]];
  if (!trace || !(first instanceof Tensor)) return undefined;
  if (second instanceof Tensor) return join(e, name, values, undefined, [], site);
  e.step(STEPS_OF_LAYER);
  const node = trace.functionNode(name, site);
  if (second instanceof Unknown) return e.torch.tensor(e, trace.doubt(node, [first.value], 'The bound', second));
  const value = trace.perform(node, [first.value], {}, () => {
    const bound = numberBeside(first.value, second);
    if (bound === undefined) throw new Refusal(`What stands beside the ${name} is not known here.`);
    return trace.activate(node, first.value, boundedBy(isMaximum, bound));
  });
  return e.torch.tensor(e, value);
}

/** `torch.max(x, dim=1)`: the extrema along axes, and their places, which are not followed. */
function extremaAlong(e: Evaluator, isMaximum: boolean, tensor: Tensor, args: readonly Argument[], site: Site): Value {
  const values = callOne(e, isMaximum ? 'amax' : 'amin', tensor, args, site, false);
  if (!(values instanceof Tensor)) return values;
  return new Tuple([values, new Aside('the places of the extrema', site.span, values)], undefined, [
    'values',
    'indices',
  ]);
}

/** To the shape of another tensor. */
function expandAs(e: Evaluator, tensor: Tensor, other: Value, site: Site): Value {
  const { trace } = e.torch;
  if (!trace) return undefined;
  e.step(STEPS_OF_LAYER);
  const node = trace.functionNode('expand', site);
  const value = trace.perform(node, [tensor.value], {}, () => {
    const target = other instanceof Tensor ? fileShape(other.value) : undefined;
    if (!target || target.length !== fileShape(tensor.value)?.length)
      throw new Refusal('To what shape this is expanded is not known.');
    return expandedTo(trace, node, tensor.value, target);
  });
  return e.torch.tensor(e, value);
}

/** A function of tensors: of `torch`, of `torch.nn.functional`, or a method with its tensor first. */
export function callTensorFunction(e: Evaluator, called: string, args: readonly Argument[], site: Site): Value {
  const { trace } = e.torch;
  const isInPlace = called.endsWith('_') && !called.endsWith('__') && called !== 'requires_grad_';
  const name = isInPlace ? called.slice(0, -1) : called;
  if (!trace) return undefined;
  const [first, ...rest] = args;
  const list = first?.value instanceof List || first?.value instanceof Tuple ? first.value : undefined;
  if (list && /^(?:cat|concat|concatenate|stack|hstack|vstack|dstack)$/.test(name))
    return join(e, name, list.items, list.doubt, rest, site);
  if (name === 'where' && first?.value instanceof Condition)
    return choose(e, first.value, rest[0]?.value, rest[1]?.value, site);
  if (/^(?:f?max|f?min|maximum|minimum)$/.test(name)) {
    const values = [first?.value, rest[0]?.value];
    const isElementwise =
      rest.length === 1 && rest[0].name === undefined && (isTensorLike(values[1]) || name.length > 4);
    if (isElementwise) return extremum(e, name.includes('max'), values, site);
  }
  const kept = first?.value;
  if (kept instanceof Filled || kept instanceof Condition)
    return /^(?:to|float|double|half|type|type_as|cuda|cpu|clone|detach|contiguous)$/.test(name)
      ? kept
      : new Unknown(site.text, site.span, true);
  if (kept instanceof Parameter && axesMethod.test(name))
    return reshapedWeights(name, kept, rest) ?? new Unknown(site.text, site.span, true);
  const tensor = first?.value ?? args.find(({ name: given }) => given === 'input')?.value;
  if (!(tensor instanceof Tensor))
    return tensor instanceof Unknown ? new Unknown(site.text, site.span, true) : undefined;
  const more = first?.value === tensor ? rest : args.filter(({ value }) => value !== tensor);
  if (Object.hasOwn(operatorOf, name)) {
    const result = operateTensors(e, operatorOf[name], tensor, more[0]?.value, site);
    return result instanceof Tensor && isInPlace ? e.torch.placed(e, tensor, result.value, true) : result;
  }
  if (isFilling(name)) return filledLike(name, tensor, more) ?? new Unknown(site.text, site.span, true);
  if (Object.hasOwn(comparisons, name))
    return compareTensors(e, comparisons[name], tensor, more[0]?.value) ?? new Unknown(site.text, site.span, true);
  const opened = isInPlace ? undefined : openedUnits(name, tensor, more);
  if (opened) return pendingTensor(e, opened, () => callOne(e, name, tensor, more, site, isInPlace));
  const other = changesAxes(name) ? rearrange(e, name, tensor, more, site) : undefined;
  if (other !== undefined) return other;
  if (tensor.rearranged && name === 'contiguous') return tensor;
  if (dividesTensors(name)) return divide(e, name, tensor, more, site);
  switch (name) {
    case 'expand_as':
      return expandAs(e, tensor, more[0]?.value, site);
    case 'size':
      return size(e, tensor, more, site);
    case 'dim':
      if (tensor.rearranged) return tensor.rearranged.shape.length + 1;
      return tensor.value.shape ? tensor.value.shape.length + 1 : new Unknown(site.text, site.span);
    case 'max':
    case 'min':
      return extremaAlong(e, name === 'max', tensor, more, site);
    case 'numel':
    case 'item':
    case 'tolist':
      return new Unknown(site.text, site.span, true);
  }
  return callOne(e, name, tensor, more, site, isInPlace);
}

/** `F.unfold(x, 3)`; a method of the same name divides one axis. */
export function callUnfold(e: Evaluator, args: readonly Argument[], site: Site): Value {
  const [first, ...rest] = args;
  const call = () => callTensorFunction(e, 'unfold', args, site);
  const windows = first?.value instanceof Tensor ? unfolded(first.value, rest) : undefined;
  return windows && e.torch.trace ? pendingTensor(e, windows, call) : call();
}

function callOne(
  e: Evaluator,
  name: string,
  tensor: Tensor,
  args: readonly Argument[],
  site: Site,
  isInPlace: boolean,
): Value {
  const { trace } = e.torch;
  if (!trace) return undefined;
  e.step(STEPS_OF_LAYER);
  const isExtremum = name === 'amax' || name === 'amin';
  const sum = isExtremum ? sumBelow(tensor, args) : undefined;
  if (sum) {
    const units = trace.functionNode(name === 'amax' ? 'max_plus' : 'min_plus', site);
    const value = trace.perform(units, [sum.x], {}, () => tropicalProduct(trace, units, sum, name === 'amax'));
    return sum.window ? overWindows(e, trace, units, value) : e.torch.tensor(e, value);
  }
  const node = trace.functionNode(name, site);
  const x = tensor.value;
  const value = trace.perform(node, [x], {}, () => {
    const made = isFunction(name) ? callFunction(name, { trace, node, x, args }) : undefined;
    if (made) return made;
    throw new Refusal(`The operation ${name} is not analyzed.`);
  });
  const inPlace = isInPlace || args.some((argument) => argument.name === 'inplace' && argument.value === true);
  return e.torch.placed(e, tensor, value, inPlace);
}

/** What windows make stands one after the other, until it is given the axes of an image. */
function overWindows(e: Evaluator, trace: Trace, node: GraphNode, value: TensorValue): Tensor {
  const [rows, columns, units] = value.shape ?? [];
  const made = rows === undefined ? undefined : Rearranged.of(value)?.reshaped([units, rows * columns]);
  if (!made) return e.torch.tensor(e, value);
  return new Tensor(e.journal.next(), new Deferred(made, () => settled(trace, node, made)));
}

function size(e: Evaluator, tensor: Tensor, args: readonly Argument[], site: Site): Value {
  const shape = sizeOf(e, tensor);
  const axis = args[0]?.value;
  if (axis === undefined || !(shape instanceof Tuple)) return shape;
  if (typeof axis !== 'number' || (axis < 0 && !tensor.rearranged && !tensor.value.shape))
    return new Unknown(site.text, site.span, true);
  return shape.items[axis < 0 ? axis + shape.items.length : axis] ?? new Unknown(site.text, site.span, true);
}

function join(
  e: Evaluator,
  name: string,
  items: readonly Value[],
  doubt: Unknown | undefined,
  rest: readonly Argument[],
  site: Site,
): Value {
  const { trace } = e.torch;
  if (!trace) return undefined;
  const tensors = items.filter((item) => item instanceof Tensor);
  const inputs = tensors.map(({ value }) => value);
  if (inputs.length === 0) return new Unknown(site.text, site.span, true);
  e.step(STEPS_OF_LAYER + items.length);
  const node = trace.functionNode(name, site);
  const open = doubt ?? items.find((item) => item instanceof Unknown);
  if (open instanceof Unknown) return e.torch.tensor(e, trace.doubt(node, inputs, 'What is joined', open));
  const axis = (rest.find((argument) => argument.name === 'dim' || argument.name === 'axis') ?? rest[0])?.value;
  const value = trace.perform(node, inputs, {}, () => {
    const made = tensors.length === items.length ? callJoin(name, trace, node, inputs, axis) : undefined;
    if (made) return made;
    throw new Refusal(
      tensors.length === items.length
        ? `The operation ${name} is not analyzed.`
        : 'Joining with something else than tensors of the network is not analyzed.',
    );
  });
  return e.torch.tensor(e, value);
}
