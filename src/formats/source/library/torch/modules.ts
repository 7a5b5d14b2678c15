import { isFlaxClass, isFlaxModule } from '../flax/classes.ts';
import { Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from '../../python/evaluation/evaluator.ts';
import { Instance, Native } from '../../python/evaluation/values.ts';
import type { Site, Value } from '../../python/evaluation/values.ts';
import { fieldValue, signatureOf } from './signatures.ts';

const containers = new Set(['Sequential', 'ModuleList', 'ModuleDict']);

/** Classes of PyTorch and its companions whose instances are modules. */
export function isModuleClass(path: string): boolean {
  return (
    /^torch\.nn\.[A-Z]\w*$/.test(path) ||
    /(?:^|\.)Lightning(?:Module|DataModule)$/.test(path) ||
    isBuiltBlock(path) ||
    isFlaxClass(path)
  );
}

function isBuiltBlock(path: string): boolean {
  return path === 'torchvision.ops.Conv2dNormActivation';
}

/** `Conv2d` for an instance of `torch.nn.Conv2d` or of a class that extends it; `linen.Conv` for one of Flax. */
export function moduleKind({ library }: Instance): string | undefined {
  if (library && isFlaxClass(library)) return library.slice('flax.'.length);
  return library?.slice(library.lastIndexOf('.') + 1);
}

export function isModule(value: Value): value is Instance {
  return value instanceof Instance && value.library !== undefined;
}

export function isContainer(object: Instance): boolean {
  return containers.has(moduleKind(object) ?? '');
}

/** The modules that a module holds, by name, in the order in which they came. */
export function childrenOf(e: Evaluator, object: Instance): [string, Value][] {
  e.meter.read(object.bytes);
  const found: [string, Value][] = [];
  object.attributes.forEach((value, name) => {
    if (isChild(object, name, value)) found.push([name, value]);
  });
  return found;
}

/** Whether an attribute is a module; in a container, what is not known may be one, and so may what extends it. */
export function isChild(object: Instance, name: string, value: Value): boolean {
  if (isModule(value)) return true;
  const isOpen = value instanceof Unknown || value instanceof Instance;
  return isOpen && /^\d+$/.test(name) && isContainer(object);
}

/** `isinstance(module, torch.nn.Something)` */
export function extendsClass(object: Instance, path: string): boolean {
  const kind = moduleKind(object);
  const wanted = path.split('.').at(-1) ?? '';
  if (path === 'torch.nn.Module' || object.library === path) return true;
  if (/^_(?:ConvNd|ConvTransposeNd|BatchNorm|NormBase|DropoutNd|MaxPoolNd|AvgPoolNd)$/.test(wanted))
    return kind !== undefined && new RegExp(`^${wanted.slice(1).replace(/Nd$|Base$/, '')}(?:\\d|$)`).test(kind);
  return false;
}

const methods = new Set([
  'to',
  'cuda',
  'cpu',
  'eval',
  'train',
  'double',
  'float',
  'half',
  'type',
  'requires_grad_',
  'apply',
  'share_memory',
  'compile',
  'forward',
  'parameters',
  'named_parameters',
  'buffers',
  'children',
  'named_children',
  'modules',
  'named_modules',
  'add_module',
  'register_module',
  'register_buffer',
  'register_parameter',
  'load_state_dict',
  'state_dict',
  'append',
  'extend',
  'insert',
  'pop',
  'keys',
  'values',
  'items',
  'update',
  'get_submodule',
  'zero_grad',
  'save_hyperparameters',
  '__init__',
  '__call__',
  '__len__',
]);

/** Methods of Flax's modules that say what the network is given, or change nothing about it. */
const flaxMethods = new Set(['init', 'init_with_output', 'lazy_init', 'apply', 'tabulate', 'bind']);

/** A member of a module that its class in the source does not define. */
export function moduleMember(e: Evaluator, object: Instance, name: string, site: Site): Value {
  if (isFlaxModule(object) && flaxMethods.has(name)) return new Native(`torch.module.${name}`, object);
  if (methods.has(name)) return new Native(`torch.module.${name}`, object);
  if (name === 'training') return false;
  if (name === '_modules') return e.dict(childrenOf(e, object));
  const kind = moduleKind(object) ?? '';
  if (object.config && signatureOf(kind)?.includes(name)) return fieldValue(object.config, kind, name);
  if (name === 'weight' || name === 'bias') return e.torch.weightOf(object, name, site);
  return undefined;
}

/** The path of each module below a root, as state dicts name them. */
export function pathsBelow(e: Evaluator, root: Instance): Map<Instance, string> {
  const paths = new Map<Instance, string>([[root, '']]);
  const pending: [Instance, string][] = [[root, '']];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [object, path] = next;
    for (const [name, child] of childrenOf(e, object).reverse()) {
      if (!(child instanceof Instance) || paths.has(child) || paths.size > 50_000) continue;
      const inner = path === '' ? name : `${path}.${name}`;
      paths.set(child, inner);
      pending.push([child, inner]);
    }
  }
  return paths;
}

/** The modules that any of these holds, and these themselves. */
export function allBelow(e: Evaluator, roots: readonly Instance[]): ReadonlySet<Instance> {
  const found = new Set(roots);
  // A set gives what is added to it while it is iterated, too.
  for (const object of found) {
    e.meter.read(object.bytes);
    object.attributes.forEach((child, name) => {
      if (child instanceof Instance && isChild(object, name, child)) found.add(child);
    });
  }
  return found;
}
