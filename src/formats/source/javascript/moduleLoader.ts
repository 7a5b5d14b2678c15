import type { File } from '@babel/types';
import { Directives } from '../evaluation/directives.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';
import { libraryOf } from './libraryName.ts';
import { Scope } from '../evaluation/scope.ts';
import type { Frame, Module } from '../evaluation/scope.ts';
import { Dictionary, Unknown } from '../evaluation/values.ts';
import type { Value } from '../evaluation/values.ts';

const MAX_IMPORTS = 40;

export interface Source {
  readonly text: string;
  readonly fileName: string;
  readonly file: File;
}

/** Finds and parses an imported file by the specifier as written in `from`, the same one each time. */
export type Importer = (specifier: string, from: string) => Source | undefined;

/** Source files under evaluation: the one that is read, and those that it imports, each followed once. */
export class ModuleLoader {
  private readonly modules = new Map<Source, Value>();

  constructor(
    private readonly e: Evaluation,
    private readonly source: Source,
    private readonly importer: Importer,
  ) {}

  /** The outermost scope of the file that is read. */
  mainScope(): Scope {
    return this.scopeOf(this.source, false);
  }

  /** The value of `specifier` as a namespace object. */
  load(specifier: string, name: string, scope: Scope): Value {
    const library = libraryOf(specifier);
    if (library) return library;
    const { fileName } = scope.frame.module;
    const source = specifier.startsWith('.') ? this.importer(specifier, fileName) : undefined;
    // A file that imports the one being read has nothing to say about it.
    if (!source || source.text === this.source.text || this.modules.size >= MAX_IMPORTS) {
      return new Unknown(name, undefined);
    }
    if (this.modules.has(source)) return this.modules.get(source);
    // Known before it is followed, so that files that import each other come to an end.
    this.modules.set(source, new Unknown(name, undefined));
    const value = this.follow(source);
    this.modules.set(source, value);
    return value;
  }

  private follow(source: Source): Value {
    const scope = this.scopeOf(source, true);
    this.e.run(source.file.program.body, scope);
    const holder = scope.get('module');
    const written = holder instanceof Dictionary ? holder.get('exports') : undefined;
    const { exports } = scope.frame.module;
    if (exports.size === 0 && written !== undefined) return written;
    const namespace = this.e.dictionary();
    for (const [name, value] of exports) namespace.properties.set(name, { value, span: undefined, keySpan: undefined });
    return namespace;
  }

  private scopeOf(source: Source, foreign: boolean): Scope {
    const { text, fileName, file } = source;
    const directives = new Directives(text, file.comments ?? []);
    const module: Module = { fileName, text, directives, foreign, exports: new Map() };
    const frame: Frame = {
      module,
      thisValue: undefined,
      home: undefined,
      functionName: undefined,
      functionSpan: undefined,
      functionLines: [],
      args: [],
      pendingReturns: [],
      loopDoubt: undefined,
      line: 1,
    };
    const scope = new Scope(this.e.journal.next(), undefined, frame, true);
    if (/\bexports\b/.test(text)) this.defineExports(scope);
    return scope;
  }

  /** `module.exports` and `exports` of CommonJS. */
  private defineExports(scope: Scope): void {
    const exported = this.e.dictionary();
    const holder = this.e.dictionary();
    holder.properties.set('exports', { value: exported, span: undefined, keySpan: undefined });
    scope.set('module', holder);
    scope.set('exports', exported);
  }
}
