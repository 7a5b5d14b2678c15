import type { Span } from '../../../../network/definition.ts';
import type { Directives } from '../../evaluation/directives.ts';
import { bytesOf } from '../../evaluation/values.ts';
import type { Mutable, Unknown } from '../../evaluation/values.ts';
import type { SourceFile } from '../syntax/ast.ts';
import type { ClassValue, List, Value } from './values.ts';

/** A source file under evaluation. */
export interface SourceModule {
  /** Its path from the folder of the file being read. */
  readonly path: string;
  readonly text: string;
  readonly file: SourceFile;
  readonly directives: Directives;
  /** Imported: its places are not places of the file being read. */
  readonly isForeign: boolean;
}

/** One call of a function, or a module's top level. */
export interface Frame {
  readonly module: SourceModule;
  readonly functionName: string | undefined;
  readonly functionSpan: Span | undefined;
  /** For `super()`: the class whose method runs, and its first argument. */
  readonly home: ClassValue | undefined;
  self: Value;
  readonly pendingReturns: Value[];
  loopDoubt: Unknown | undefined;
  /** What a generator has given so far. */
  readonly yielded: List | undefined;
  /** The statement under way: its offset in its file. */
  at: number;
}

/** The variables of a function, a class body, a comprehension or a module. */
export class Scope implements Mutable {
  private variables = new Map<string, Value>();
  /** Names that a `global` or `nonlocal` statement gives to a scope further out. */
  private outer: Map<string, Scope> | undefined;

  constructor(
    readonly born: number,
    readonly parent: Scope | undefined,
    readonly frame: Frame,
    /** A class body's names are not seen from functions within. */
    readonly isClass = false,
  ) {}

  /** The scope that has this name. */
  holder(name: string): Scope | undefined {
    if (this.variables.has(name)) return this;
    const declared = this.outer?.get(name);
    if (declared) return declared;
    for (let scope = this.parent; scope; scope = scope.parent)
      if (!scope.isClass && scope.variables.has(name)) return scope;
    return undefined;
  }

  /** Where an assignment to the name goes. */
  target(name: string): Scope {
    return this.outer?.get(name) ?? this;
  }

  declareOuter(name: string, isGlobal: boolean): void {
    let scope: Scope | undefined = isGlobal ? this.root : this.parent?.holder(name);
    scope ??= this.root;
    if (scope === this) return;
    this.outer ??= new Map();
    this.outer.set(name, scope);
  }

  get root(): Scope {
    return this.parent ? this.parent.root : this;
  }

  get(name: string): Value {
    return this.variables.get(name);
  }

  has(name: string): boolean {
    return this.variables.has(name);
  }

  /** Use through the journal, which can take it back. */
  set(name: string, value: Value): void {
    this.variables.set(name, value);
  }

  delete(name: string): void {
    this.variables.delete(name);
  }

  get names(): Iterable<string> {
    return this.variables.keys();
  }

  get bytes(): number {
    return this.variables.size * bytesOf.property;
  }

  save(): Map<string, Value> {
    return new Map(this.variables);
  }

  restore(state: unknown): void {
    this.variables = new Map(state as Map<string, Value>);
  }
}
