import { parsePython } from '../source/python/syntax/parse.ts';
import type { Expression, FunctionDefinition, Statement } from '../source/python/syntax/ast.ts';
import type { Archive } from '../weights/zip.ts';

/** A file of code longer than this is not a model's. */
const MAX_CODE_BYTES = 2 ** 22;

interface Definitions {
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  /** By class and name: methods, and the values of constants. */
  readonly classes: ReadonlyMap<string, ClassCode>;
}

interface ClassCode {
  readonly methods: ReadonlyMap<string, FunctionDefinition>;
  readonly constants: ReadonlyMap<string, Expression>;
}

const nothing: Definitions = { functions: new Map(), classes: new Map() };

/**
 * The code in a TorchScript archive: plain Python in which everything is called by its full path. It is read when it is
 * asked for, and never run.
 */
export class ScriptCode {
  private readonly files = new Map<string, Definitions>();
  private readonly folder: string;

  constructor(private readonly archive: Archive) {
    const main = archive.names.find((name) => /(^|\/)data\.pkl$/.test(name)) ?? '';
    this.folder = main.replace(/data\.pkl$/, 'code/');
  }

  /** The function at a path such as `__torch__.torch.nn.functional.relu`. */
  functionAt(path: string): FunctionDefinition | undefined {
    const [file, name] = split(path);
    return this.definitions(file).functions.get(name);
  }

  classAt(path: string): ClassCode | undefined {
    const [file, name] = split(path);
    return this.definitions(file).classes.get(name);
  }

  private definitions(file: string): Definitions {
    const known = this.files.get(file);
    if (known) return known;
    const name = `${this.folder}${file}`;
    const isThere = this.archive.names.includes(name) && this.archive.sizeOf(name) <= MAX_CODE_BYTES;
    const found = isThere ? definitionsIn(new TextDecoder().decode(this.archive.file(name))) : nothing;
    this.files.set(file, found);
    return found;
  }
}

/** `__torch__.torch.nn.functional.relu` is `relu` in `__torch__/torch/nn/functional.py`. */
function split(path: string): readonly [file: string, name: string] {
  const parts = path.split('.');
  const name = parts.pop() ?? '';
  return [`${parts.join('/')}.py`, name];
}

function definitionsIn(text: string): Definitions {
  const functions = new Map<string, FunctionDefinition>();
  const classes = new Map<string, ClassCode>();
  for (const statement of parsePython(text).body) {
    if (statement.kind === 'function') functions.set(statement.name, statement);
    if (statement.kind === 'class') classes.set(statement.name, classCode(statement.body));
  }
  return { functions, classes };
}

function classCode(body: readonly Statement[]): ClassCode {
  const methods = new Map<string, FunctionDefinition>();
  const constants = new Map<string, Expression>();
  for (const statement of body) {
    if (statement.kind === 'function') methods.set(statement.name, statement);
    if (statement.kind === 'annotated' && statement.target.kind === 'name' && statement.value)
      constants.set(statement.target.id, statement.value);
  }
  return { methods, constants };
}
