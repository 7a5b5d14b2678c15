import { Float, Library } from '../evaluation/values.ts';
import type { Value } from '../evaluation/values.ts';

const constants: Readonly<Record<string, Value>> = {
  'math.pi': new Float(Math.PI),
  'math.e': new Float(Math.E),
  'math.inf': new Float(Infinity),
  'numpy.pi': new Float(Math.PI),
  'numpy.inf': new Float(Infinity),
  'torch.inf': new Float(Infinity),
};

/** Modules in which the library keeps what it offers further out. */
const homes: readonly (readonly [RegExp, string])[] = [
  [/^torch\.nn\.modules(?:\.[a-z_]+)?\.(?=[A-Z])/, 'torch.nn.'],
  [/^torch\.jit\.ScriptModule$/, 'torch.nn.Module'],
  [/^torch\.nn\.(?:common_types|parameter)\./, 'torch.nn.'],
  [/^(?:tensorflow\.(?:python\.)?keras|tf_keras)(?=\.|$)/, 'keras'],
  [/^torchvision\.models\.[a-z0-9_]+\.(?=[a-z]+\d)/, 'torchvision.models.'],
];

/** `library.name` */
export function libraryMember(library: Library, name: string): Value {
  const value = library.known.get(name) ?? memberOf(library, name);
  library.known.set(name, value);
  return value;
}

function memberOf(library: Library, name: string): Value {
  const path = `${library.path}.${name}`;
  if (Object.hasOwn(constants, path)) return constants[path];
  for (const [home, outer] of homes) if (home.test(path)) return new Library(path.replace(home, outer));
  return new Library(path);
}
