import type { Span } from '../../../network/definition.ts';
import type { Directives } from './directives.ts';
import { bytesOf } from './values.ts';
import type { ClassValue, Mutable, Unknown, Value } from './values.ts';

/** A source file under evaluation. */
export interface Module {
  readonly fileName: string;
  readonly text: string;
  readonly directives: Directives;
  /** Imported: its places are not places of the file being read. */
  readonly foreign: boolean;
  readonly exports: Map<string, Value>;
}

/** One call of a function (or a module's top level). */
export interface Frame {
  readonly module: Module;
  thisValue: Value;
  /** The class whose method runs, for `super`. */
  readonly home: ClassValue | undefined;
  readonly functionName: string | undefined;
  readonly functionSpan: Span | undefined;
  /** First lines of the function and of those around it. */
  readonly functionLines: readonly number[];
  readonly args: readonly Value[];
  /** Values returned on a way whose condition is not known. */
  readonly pendingReturns: Value[];
  /** A loop was left, or a turn cut short, on a condition that is not known. */
  loopDoubt: Unknown | undefined;
  /** First line of the statement under evaluation. */
  line: number;
}

/** Variables of a block. */
export class Scope implements Mutable {
  /** Scopes around this one. */
  readonly depth: number;
  private variables = new Map<string, Value>();

  constructor(
    readonly born: number,
    readonly parent: Scope | undefined,
    readonly frame: Frame,
    /** A function's or module's outermost scope, where `var` belongs. */
    readonly isFunction = false,
  ) {
    this.depth = parent ? parent.depth + 1 : 0;
  }

  holder(name: string): Scope | undefined {
    let scope: Scope | undefined = this.variables.has(name) ? this : this.parent;
    while (scope && !scope.variables.has(name)) scope = scope.parent;
    return scope;
  }

  get(name: string): Value {
    return this.variables.get(name);
  }

  /** Use through the journal, which can take it back. */
  set(name: string, value: Value): void {
    this.variables.set(name, value);
  }

  functionScope(): Scope {
    return this.isFunction || !this.parent ? this : this.parent.functionScope();
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
