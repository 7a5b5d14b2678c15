import { Directives } from '../../evaluation/directives.ts';
import { Unknown } from '../../evaluation/values.ts';
import type { ReadFile } from '../../../format.ts';
import type { SourceFile, Statement } from '../syntax/ast.ts';
import { isTorchvisionModels, torchvisionModels } from '../../library/torchvision/models.ts';
import { Raised } from './raised.ts';
import type { Evaluator } from './evaluator.ts';
import { libraryMember } from '../networks/libraries.ts';
import { parsePython } from '../syntax/parse.ts';
import type { Pieces } from '../syntax/pieces.ts';
import { Scope } from './scope.ts';
import type { Frame, SourceModule } from './scope.ts';
import { Library, Namespace } from './values.ts';
import type { Value } from './values.ts';

const MAX_IMPORTS = 60;

/** Finds and parses a file by its path from the folder of the one being read. */
export type Importer = (path: string) => SourceModule | undefined;

export function sourceModule(path: string, text: string, isForeign: boolean, earlier?: Pieces): SourceModule {
  const file = parsePython(text, earlier);
  return { path, text, file, directives: directivesOf(text, file), isForeign };
}

function directivesOf(text: string, file: SourceFile): Directives {
  const comments = file.comments.map(({ value, start, end }) => ({
    value,
    start,
    loc: { start: { line: file.lineOf(start) }, end: { line: file.lineOf(end) } },
  }));
  return new Directives(text, comments);
}

export function importerFrom(readFile: ReadFile): Importer {
  const modules = new Map<string, SourceModule | undefined>();
  return (path) => {
    if (!modules.has(path)) {
      const text = readFile(path);
      modules.set(path, text === undefined ? undefined : sourceModule(path, text, true));
    }
    return modules.get(path);
  };
}

/** Parsed once for all files that use it. */
let torchvision: SourceModule | undefined;

/** The module of a library whose source is known. */
function libraryModule(path: string): SourceModule | undefined {
  if (!isTorchvisionModels(path)) return undefined;
  torchvision ??= sourceModule('', torchvisionModels, true);
  return torchvision;
}

/** Packages that are never files beside the one being read. */
const known =
  /^(?:torch|torchvision|torchaudio|timm|numpy|np|math|functools|collections|itertools|typing|dataclasses|os|sys|re|abc|copy|operator|random|time|json|logging|argparse|warnings|enum|pathlib|pytorch_lightning|lightning|einops|tqdm|matplotlib|scipy|sklearn|PIL|cv2|pandas|__future__|typing_extensions|tensorflow|keras|jax|flax)(?:\.|$)/;

/** Source files under evaluation: the one that is read, and those that it imports, each followed once. */
export class ModuleLoader {
  private readonly loaded = new Map<SourceModule, Value>();

  constructor(
    private readonly e: Evaluator,
    private readonly main: SourceModule,
    private readonly importer: Importer,
  ) {}

  /** How many files were followed. */
  get count(): number {
    return this.loaded.size;
  }

  mainScope(): Scope {
    const scope = this.scopeOf(this.main);
    scope.set('__name__', '__main__');
    return scope;
  }

  /** A module by its dotted path; dots before it count folders up. Undefined if no file has it. */
  find(level: number, path: string, from: SourceModule): Value | undefined {
    const library = level === 0 ? this.library(path) : undefined;
    if (library) return library;
    const parts = path === '' ? [] : path.split('.');
    const folder = from.path.split('/').slice(0, -1);
    const bases =
      level > 0
        ? [up(folder, level - 1)]
        : known.test(path)
          ? []
          : [folder, ...(from.isForeign ? [[]] : []), up(folder, 1), up(folder, 2)];
    for (const base of bases) {
      const stem = [...base, ...parts].join('/');
      const candidates = [
        ...(parts.length > 0 ? [`${stem}.py`] : []),
        stem === '' ? '__init__.py' : `${stem}/__init__.py`,
      ];
      for (const candidate of candidates) {
        const module = this.importer(candidate);
        if (module) return this.load(module, path);
      }
    }
    return undefined;
  }

  /** A module of a library whose source is known. */
  library(path: string): Namespace | undefined {
    const module = libraryModule(path);
    const namespace = module && this.load(module, path);
    return namespace instanceof Namespace ? namespace : undefined;
  }

  private load(module: SourceModule, name: string): Value {
    const found = this.loaded.get(module);
    if (found !== undefined) return found;
    // A file that imports the one being read has nothing to say about it.
    if (module.text === this.main.text || this.loaded.size >= MAX_IMPORTS) return new Unknown(name, undefined);
    const scope = this.scopeOf(module);
    scope.set('__name__', name);
    const namespace = new Namespace(
      name,
      scope,
      module === torchvision ? new Library('torchvision.models') : undefined,
    );
    // Known before it is followed, so that files that import each other come to an end.
    this.loaded.set(module, namespace);
    try {
      this.e.run(module.file.body, scope);
    } catch (error) {
      if (!(error instanceof Raised)) throw error;
    }
    return namespace;
  }

  private scopeOf(module: SourceModule): Scope {
    const frame: Frame = {
      module,
      functionName: undefined,
      functionSpan: undefined,
      home: undefined,
      self: undefined,
      pendingReturns: [],
      loopDoubt: undefined,
      yielded: undefined,
      at: 0,
    };
    return new Scope(this.e.journal.next(), undefined, frame);
  }
}

function up(folder: readonly string[], levels: number): string[] {
  const parts = [...folder];
  for (let i = 0; i < levels; i++) {
    if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push('..');
  }
  return parts;
}

/** `import a.b as c, d` */
export function importNames(e: Evaluator, node: Extract<Statement, { kind: 'import' }>, scope: Scope): void {
  const { module } = scope.frame;
  for (const { path, alias } of node.names) {
    const [root] = path.split('.');
    if (alias !== undefined) e.assign(scope, alias, e.loader.find(0, path, module) ?? libraryAt(path));
    else {
      const found = e.loader.find(0, root, module);
      // `import package.module` makes both known.
      const inner = root === path ? undefined : e.loader.find(0, path, module);
      if (found instanceof Namespace && inner !== undefined) found.scope.set(path.slice(root.length + 1), inner);
      e.assign(scope, root, found ?? libraryAt(root));
    }
  }
}

/** `from a.b import c as d` */
export function importFrom(e: Evaluator, node: Extract<Statement, { kind: 'importFrom' }>, scope: Scope): void {
  const { level, module: path, names } = node;
  const { module } = scope.frame;
  const source = e.loader.find(level, path, module);
  if (!names) {
    if (!(source instanceof Namespace)) return;
    for (const name of [...source.scope.names])
      if (!name.startsWith('_')) e.assign(scope, name, source.scope.get(name));
    return;
  }
  for (const { path: name, alias } of names) {
    const member = source instanceof Namespace ? source.get(name) : undefined;
    const inner = member ?? e.loader.find(level, path === '' ? name : `${path}.${name}`, module);
    const outside =
      level > 0 || source !== undefined ? new Unknown(name, undefined) : libraryMember(libraryAt(path), name);
    e.assign(scope, alias ?? name, inner ?? outside);
  }
}

function libraryAt(path: string): Library {
  const [root, ...rest] = path.split('.');
  return rest.reduce<Library>(
    (library, name) => {
      const member = libraryMember(library, name);
      return member instanceof Library ? member : library.member(name);
    },
    new Library(root === 'np' ? 'numpy' : root),
  );
}
