import type { Problem, Span } from '../../../../network/definition.ts';
import { followWays } from '../../evaluation/branches.ts';
import type { DirectiveValue } from '../../evaluation/directives.ts';
import { Stopped, Thrown } from '../../evaluation/evaluation.ts';
import type { Completion } from '../../evaluation/evaluation.ts';
import { Journal } from '../../evaluation/journal.ts';
import { Meter } from '../../evaluation/meter.ts';
import { bytesOf, Unknown } from '../../evaluation/values.ts';
import type { Expression, Statement } from '../syntax/ast.ts';
import { shownText } from '../syntax/shownText.ts';
import { getAttribute, setAttribute } from './attributes.ts';
import { Caller } from './calling.ts';
import { evaluateExpression } from './expressions.ts';
import { ModuleLoader } from './imports.ts';
import type { Importer } from './imports.ts';
import { Joiner } from './join.ts';
import type { Frame, Scope, SourceModule } from './scope.ts';
import { Passes } from '../networks/passes.ts';
import { Runs } from '../networks/runs.ts';
import type { PassMemory } from '../networks/passes.ts';
import { runStatements } from './statements.ts';
import { Dict, Float, List, Site, Tuple } from './values.ts';
import type { Argument, ClassValue, FunctionValue, Instance, Value } from './values.ts';
import type { KerasSession } from '../../library/keras/session.ts';
import type { TorchSession } from '../../library/torch/session.ts';

/** How a statement of Python ends. */
export type Ending = Completion<Value>;

interface Place {
  readonly start: number;
  readonly end: number;
}

const MAX_EXPRESSION_DEPTH = 500;

/** Follows Python without running it: every value is the evaluator's own, work and sizes are limited. */
export class Evaluator {
  readonly meter = new Meter();
  readonly journal = new Journal(this.meter);
  readonly caller = new Caller(this);
  readonly loader: ModuleLoader;
  readonly passes: Passes;
  readonly runs = new Runs(this);
  /** Places where evaluation gave up. */
  readonly stops: Span[] = [];
  /** What is known of calls whose results are not. */
  readonly notes: Problem[] = [];
  /** Functions and classes of the file being read, in the order in which they came into being. */
  readonly functions: FunctionValue[] = [];
  readonly classes: ClassValue[] = [];
  /** Layers and modules that came into being. */
  readonly instances: Instance[] = [];
  /** How often something changed that no way back takes back: what is noted of modules. */
  lasting = 0;
  /** How often comments were asked for a value, or may be. */
  asked = 0;
  /** How often something was not followed since it is too deep within others. */
  limited = 0;
  private depth = 0;

  constructor(
    readonly main: SourceModule,
    importer: Importer,
    readonly torch: TorchSession,
    readonly keras: KerasSession,
    earlier?: PassMemory,
  ) {
    this.passes = new Passes(this, earlier);
    this.loader = new ModuleLoader(this, main, importer);
  }

  /** How deep expressions and calls are within each other. */
  get nesting(): string {
    return `${this.depth} ${this.caller.nesting}`;
  }

  step(amount = 1): void {
    this.meter.step(amount);
  }

  evaluate(node: Expression, scope: Scope): Value {
    this.step();
    if (++this.depth > MAX_EXPRESSION_DEPTH) {
      this.depth--;
      this.limited++;
      return this.unknown(node, scope);
    }
    try {
      const value = evaluateExpression(this, node, scope);
      return value instanceof Unknown ? this.supply(value, namesFor(node, value), node.start, scope) : value;
    } finally {
      this.depth--;
    }
  }

  run(statements: readonly Statement[], scope: Scope): Ending {
    return runStatements(this, statements, scope);
  }

  call(callee: Value, args: readonly Argument[], site: Site): Value {
    this.step();
    return this.caller.call(callee, args, site);
  }

  get(object: Value, name: string, site: Site): Value {
    return getAttribute(this, object, name, site);
  }

  set(object: Value, name: string, value: Value): void {
    setAttribute(this, object, name, value);
  }

  fork(test: Unknown, frame: Frame, bodies: readonly (() => Ending)[]): Ending {
    return followWays<Value>({ journal: this.journal, joiner: () => new Joiner(this, test), test, frame }, bodies);
  }

  list(items: readonly Value[], doubt?: Unknown): List {
    this.meter.hold(items.length * bytesOf.item);
    return new List(this.journal.next(), [...items], doubt);
  }

  tuple(items: readonly Value[], doubt?: Unknown): Tuple {
    this.meter.hold(items.length * bytesOf.item);
    return new Tuple([...items], doubt);
  }

  dict(entries: Iterable<readonly [Value, Value]> = []): Dict {
    const dict = new Dict(this.journal.next());
    for (const [key, value] of entries) {
      this.meter.hold(bytesOf.property);
      dict.set(key, value);
    }
    return dict;
  }

  /** Gives a variable its value. */
  assign(scope: Scope, name: string, value: Value): void {
    const target = scope.target(name);
    this.journal.touch(target, name);
    if (!target.has(name)) this.meter.hold(bytesOf.property);
    target.set(name, value);
  }

  /** A value that a comment on this line supplies for an unknown one. */
  supply(value: Value, names: readonly string[], at: number, scope: Scope): Value {
    const { module, at: statement } = scope.frame;
    if (names.length > 0) this.asked++;
    if (module.directives.isEmpty || names.length === 0) return value;
    const lines = [at, statement].map((offset) => module.file.lineOf(offset));
    const supplied = module.directives.find(lines, names);
    return supplied === undefined ? value : this.fromDirective(supplied);
  }

  fromDirective(value: DirectiveValue): Value {
    if (typeof value === 'number' && !Number.isInteger(value)) return new Float(value);
    return Array.isArray(value)
      ? this.tuple(value.map((item) => this.fromDirective(item as DirectiveValue)))
      : (value as Value);
  }

  /** The node's place, if it is in the file being read. */
  span({ start, end }: Place, scope: Scope): Span | undefined {
    return scope.frame.module.isForeign ? undefined : { start, end };
  }

  site(node: Place, callee: Place, scope: Scope): Site {
    const own = { start: callee.start, end: callee.end };
    const { place } = this.caller;
    if (scope.frame.module.isForeign) return new Site(place, place, scope, node.start, own);
    const span = node === callee ? own : { start: node.start, end: node.end };
    return new Site(span, own, scope, node.start, own);
  }

  text(node: Place, scope: Scope): string {
    return shownText(scope.frame.module.text, node);
  }

  unknown(node: Place, scope: Scope, derived = false): Unknown {
    return new Unknown(this.text(node, scope), this.span(node, scope), derived);
  }

  /** Runs something at the nesting of expressions that there is now, and comes back to it. */
  keepNesting<T>(body: () => T): T {
    const { depth } = this;
    try {
      return body();
    } finally {
      this.depth = depth;
    }
  }

  /** Runs one part of the file within limits of its own; what stops it does not stop the rest. */
  guarded(place: Place, body: () => void): boolean {
    if (!this.meter.begin()) return false;
    this.caller.begin();
    this.depth = 0;
    try {
      body();
      return true;
    } catch (error) {
      if (error instanceof Thrown) return false;
      // Deep nesting may use up the host's stack before any limit of ours.
      if (!(error instanceof Stopped || error instanceof RangeError)) throw error;
      this.gaveUp(place);
      return false;
    }
  }

  gaveUp({ start, end }: Place): void {
    const { length } = this.main.text;
    this.stops.push({ start: Math.min(start, length), end: Math.min(end, length) });
  }
}

/** What a directive may call the value of this expression. */
function namesFor(node: Expression, value: Unknown): string[] {
  const names = value.derived ? [] : [value.name];
  if (node.kind === 'name') names.push(node.id);
  if (node.kind === 'attribute') names.push(node.name);
  return names;
}
