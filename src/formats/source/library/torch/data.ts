import { sizeOf } from '../../../../network/shape.ts';
import type { Shape } from '../../../../network/shape.ts';
import { Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from '../../python/evaluation/evaluator.ts';
import { List, Native, numeric, Tuple } from '../../python/evaluation/values.ts';
import type { Argument, Site, Value } from '../../python/evaluation/values.ts';
import { DataTensor } from './tensor.ts';

/** Tensors of data that stand outside of networks: they tell what a network is given. */

const makers =
  /^(?:torch|numpy|tensorflow|keras|jax)\.(?:random\.|ops\.|numpy\.)?(?:randn|rand|zeros|ones|empty|full|randint|normal|uniform)$/;

function whole(values: readonly Value[]): number[] | undefined {
  const isWhole = values.every((value) => typeof value === 'number' && Number.isSafeInteger(value) && value > 0);
  return isWhole && values.length > 0 && values.length <= 6 ? (values as number[]) : undefined;
}

function sequence(value: Value): readonly Value[] | undefined {
  return value instanceof Tuple || value instanceof List ? value.items : undefined;
}

/** `torch.randn(1, 3, 32, 32)`, with its sizes one by one or as a tuple. */
export function makeData(path: string, args: readonly Argument[], site: Site): DataTensor | undefined {
  if (!makers.test(path)) return undefined;
  const size = args.find(({ name }) => name === 'size')?.value;
  const positional = args.filter(({ name }) => name === undefined).map(({ value }) => value);
  const listed = sequence(size) ?? positional.map(sequence).find((items) => items !== undefined);
  const shape = whole(listed ?? positional);
  const fill = fillOf(path.slice(path.lastIndexOf('.') + 1), args, listed ? positional[1] : undefined);
  return shape && new DataTensor(shape, site.text, site.line, site.span, fill);
}

/** The number that fills what a function makes. */
function fillOf(name: string, args: readonly Argument[], second: Value): number | undefined {
  if (name === 'zeros' || name === 'ones') return name === 'ones' ? 1 : 0;
  return name === 'full'
    ? numeric(args.find((argument) => argument.name === 'fill_value')?.value ?? second)
    : undefined;
}

/** Rows and columns: one number for both, or two. */
export function extentsOf(value: Value): readonly number[] | undefined {
  const one = numeric(value);
  const items = one === undefined ? (sequence(value) ?? []).map((item) => numeric(item) ?? 0) : [one, one];
  return items.length === 2 && items.every((item) => Number.isSafeInteger(item) && item > 0) ? items : undefined;
}

const keeping = new Set('to cuda cpu float double half type contiguous clone detach requires_grad_'.split(' '));
/** These keep the shape alone. */
const changing = new Set('normal_ uniform_ fill_ zero_ relu abs'.split(' '));

export function dataMember(e: Evaluator, data: DataTensor, name: string, site: Site): Value {
  if (name === 'shape') return e.tuple(data.shape);
  if (name === 'data') return data;
  return /^[a-z_]+$/.test(name) ? new Native(`torch.tensor.${name}`, data) : new Unknown(site.text, site.span);
}

/** A method of a tensor of data; its shape is all that is followed. */
export function callData(data: DataTensor, method: string, args: readonly Argument[], site: Site): Value {
  const { shape, origin, line, span } = data;
  const changed = (to: readonly number[]) => new DataTensor(to, origin, line, span);
  if (keeping.has(method)) return data;
  if (changing.has(method)) return changed(shape);
  const values = args.map(({ value }) => value);
  switch (method) {
    case 'size':
      return typeof values[0] === 'number' ? shape.at(values[0]) : new Tuple(shape);
    case 'dim':
      return shape.length;
    case 'unsqueeze':
      return typeof values[0] === 'number' && values[0] === 0 ? changed([1, ...shape]) : unknown(site);
    case 'view':
    case 'reshape': {
      const target = sequence(values[0]) ?? values;
      const extents = target.map((extent) => (typeof extent === 'number' ? extent : NaN));
      const known = extents.filter((extent) => extent > 0).reduce((product, extent) => product * extent, 1);
      const filled = extents.map((extent) => (extent === -1 ? sizeOf(shape) / known : extent));
      return filled.every((extent) => Number.isSafeInteger(extent)) ? changed(filled) : unknown(site);
    }
    default:
      return unknown(site);
  }
}

function unknown(site: Site): Unknown {
  return new Unknown(site.text, site.span, true);
}

/** The inputs that a tool gives a network: each without its batch. */
export function observedShapes(path: string, args: readonly Argument[]): readonly Shape[] | undefined {
  const tool = path.split('.').at(-1) ?? '';
  const data = args.flatMap(({ value }) => sequence(value) ?? [value]).filter((value) => value instanceof DataTensor);
  if (/^(?:export|trace|profile|FlopCountAnalysis|add_graph|summary|draw_graph)$/.test(tool) && data.length > 0)
    return data.map(({ shape }) => shape.slice(1));
  const size =
    args.find(({ name }) => name === 'input_size' || name === 'input_res')?.value ??
    args.map(({ value }) => value).find((value) => sequence(value) !== undefined);
  const items = sequence(size);
  if (!items || !/^(?:summary|get_model_complexity_info)$/.test(tool)) return undefined;
  const several = items.every((item) => sequence(item) !== undefined)
    ? items.map((item) => sequence(item) ?? [])
    : [items];
  const shapes = several.map(whole);
  if (!shapes.every((shape) => shape !== undefined)) return undefined;
  // torchinfo counts the batch, torchsummary and ptflops do not.
  return path.startsWith('torchinfo.') ? shapes.map((shape) => shape.slice(1)) : shapes;
}
