import type { CallArgument, Expression, FunctionDefinition, Statement } from '../source/python/syntax/ast.ts';
import { PickledObject, type Pickled } from './pickle.ts';
import type { ScriptCode } from './scriptCode.ts';
import { scriptOperators, type NodeWriter } from './scriptOperators.ts';
import { Extent, isTensor, Method, Path, Traced, Unfollowed, type Value } from './scriptValues.ts';
import { fieldsOf } from './stateDict.ts';
import { PickledTensor } from './tensors.ts';

const [MAX_STEPS, MAX_DEPTH] = [200_000, 60];

/** A value that a function has given; undefined while it goes on. */
type Given = Value | undefined;

type Scope = Map<string, Value>;

/** Where all paths begin, and the functions that have none. */
const roots = new Set([
  'torch',
  '__torch__',
  'ops',
  'annotate',
  'unchecked_cast',
  'uninitialized',
  'getattr',
  'CONSTANTS',
]);
const conversions = new Set(['int', 'float', 'bool']);

/** Follows the code of a TorchScript module on symbolic tensors. Throws `Unfollowed` at what it cannot tell. */
export class ScriptRunner {
  private steps = 0;
  private depth = 0;

  constructor(
    private readonly code: ScriptCode,
    private readonly constants: readonly Pickled[],
    private readonly writer: NodeWriter,
    /** Hears of the module whose code is followed. */
    private readonly within: (module: PickledObject, work: () => Value) => Value,
  ) {}

  /** What a method of a module gives. */
  method(module: PickledObject, name: string, args: readonly Value[]): Value {
    const code = this.code.classAt(module.className)?.methods.get(name);
    if (!code) throw new Unfollowed(`${module.className}.${name}, whose code is not in the file,`);
    return this.within(module, () => this.call(code, [module, ...args]));
  }

  private call(code: FunctionDefinition, args: readonly Value[]): Value {
    if (++this.depth > MAX_DEPTH) throw new Unfollowed('calls nested too deeply');
    const scope: Scope = new Map();
    code.params.forEach(({ name, fallback }, k) => {
      scope.set(name, k < args.length ? args[k] : fallback ? this.value(fallback, scope) : null);
    });
    const given = this.block(code.body, scope);
    this.depth--;
    return given ?? null;
  }

  private block(body: readonly Statement[], scope: Scope): Given {
    for (const statement of body) {
      const given = this.statement(statement, scope);
      if (given !== undefined) return given;
    }
    return undefined;
  }

  private statement(statement: Statement, scope: Scope): Given {
    if (++this.steps > MAX_STEPS) throw new Unfollowed('code that goes on for too long');
    switch (statement.kind) {
      case 'assign':
        for (const target of statement.targets) this.assign(target, this.value(statement.value, scope), scope);
        return undefined;
      case 'annotated':
        if (statement.value) this.assign(statement.target, this.value(statement.value, scope), scope);
        return undefined;
      case 'expression':
        this.value(statement.value, scope);
        return undefined;
      case 'return':
        return statement.value ? this.value(statement.value, scope) : null;
      case 'if': {
        const branch = statement.branches.find(({ test }) => this.isTrue(this.value(test, scope)));
        return this.block(branch?.body ?? statement.otherwise, scope);
      }
      case 'pass':
        return undefined;
      case 'raise':
        throw new Unfollowed('an error');
      case 'assert':
      case 'break':
      case 'class':
      case 'continue':
      case 'delete':
      case 'for':
      case 'function':
      case 'import':
      case 'importFrom':
      case 'match':
      case 'scope':
      case 'try':
      case 'update':
      case 'while':
      case 'with':
        throw new Unfollowed(`a statement (${statement.kind})`);
    }
  }

  private isTrue(value: Value): boolean {
    if (value === null || typeof value === 'boolean' || typeof value === 'number') return Boolean(value);
    throw new Unfollowed('a condition that depends on the input');
  }

  private assign(target: Expression, value: Value, scope: Scope): void {
    if (target.kind === 'name') scope.set(target.id, value);
    else if ((target.kind === 'tuple' || target.kind === 'list') && Array.isArray(value))
      target.items.forEach((item, k) => this.assign(item, (value as readonly Value[])[k] ?? null, scope));
    else throw new Unfollowed('a change of something outside');
  }

  private value(expression: Expression, scope: Scope): Value {
    if (++this.steps > MAX_STEPS) throw new Unfollowed('code that goes on for too long');
    switch (expression.kind) {
      case 'name': {
        const value = scope.get(expression.id);
        if (value !== undefined) return value;
        if (roots.has(expression.id) || conversions.has(expression.id)) return new Path(expression.id);
        throw new Unfollowed(expression.id);
      }
      case 'number':
        if (expression.value !== undefined) return expression.value;
        if (expression.isFloat) throw new Unfollowed('a number');
        // Beyond 2^53, as the end of a part stands where it goes to the end.
        return Infinity;
      case 'string':
        return expression.value;
      case 'constant':
        return expression.value === 'ellipsis' ? null : expression.value;
      case 'list':
      case 'tuple':
        return expression.items.map((item) => this.value(item, scope));
      case 'unary': {
        const value = this.value(expression.operand, scope);
        if (expression.operator === 'not') return !this.isTrue(value);
        if (expression.operator === '-' && typeof value === 'number') return -value;
        throw new Unfollowed(`the operator ${expression.operator}`);
      }
      case 'attribute':
        return this.attribute(this.value(expression.object, scope), expression.name);
      case 'subscript': {
        const [list, index] = [this.value(expression.object, scope), this.value(expression.index, scope)];
        const item =
          Array.isArray(list) && typeof index === 'number' ? (list as readonly Value[]).at(index) : undefined;
        if (item === undefined) throw new Unfollowed('a part of something');
        return item;
      }
      case 'call':
        return this.called(expression.callee, expression.args, scope);
      case 'conditional':
        return this.value(
          this.isTrue(this.value(expression.test, scope)) ? expression.then : expression.otherwise,
          scope,
        );
      case 'await':
      case 'binary':
      case 'boolean':
      case 'compare':
      case 'comprehension':
      case 'dict':
      case 'formatted':
      case 'lambda':
      case 'missing':
      case 'set':
      case 'slice':
      case 'starred':
      case 'walrus':
      case 'yield':
        throw new Unfollowed(`an expression (${expression.kind})`);
    }
  }

  private attribute(object: Value, name: string): Value {
    if (object instanceof Path) return this.constantAt(object.path, name) ?? new Path(`${object.path}.${name}`);
    if (!(object instanceof PickledObject)) throw new Unfollowed(`.${name}`);
    const own = fieldsOf(object)?.get(name);
    if (own !== undefined) return asValue(own);
    const described = this.code.classAt(object.className);
    const method = described?.methods.get(name);
    if (method) return new Method(object, method);
    const constant = described?.constants.get(name);
    if (constant) return this.value(constant, new Map());
    throw new Unfollowed(`.${name}`);
  }

  private constantAt(path: string, name: string): Value | undefined {
    const [, index] = /^c(\d+)$/.exec(name) ?? [];
    return path === 'CONSTANTS' && index !== undefined ? asValue(this.constants[Number(index)] ?? null) : undefined;
  }

  private called(callee: Expression, written: readonly CallArgument[], scope: Scope): Value {
    const target = this.value(callee, scope);
    // Names of types are not values: what they convert stays what it is.
    if (target instanceof Path && (target.path === 'annotate' || target.path === 'unchecked_cast'))
      return this.value(written[1].value, scope);
    if (target instanceof Path && target.path === 'uninitialized') return null;
    const named = written.find(({ name, stars }) => name !== undefined || stars > 0);
    if (named && !(target instanceof Path && target.path.startsWith('torch.'))) throw new Unfollowed('a call by names');
    const args = written.filter(({ name }) => name === undefined).map(({ value }) => this.value(value, scope));
    if (target instanceof Method)
      return this.within(target.module, () => this.call(target.code, [target.module, ...args]));
    if (target instanceof Path) return this.atPath(target.path, args, named?.name);
    throw new Unfollowed('a call');
  }

  private atPath(path: string, args: readonly Value[], named: string | undefined): Value {
    if (path === 'getattr' && args[0] instanceof PickledObject && typeof args[1] === 'string')
      return this.attribute(args[0], args[1]);
    if (conversions.has(path) || path === 'ops.prim.NumToTensor') return args[0] ?? null;
    const code = path.startsWith('__torch__.') ? this.code.functionAt(path) : undefined;
    if (code) return this.call(code, args);
    const isInPlace = /[^_]_$/.test(path);
    const name = path.replace(/^torch\./, '').slice(0, isInPlace ? -1 : undefined);
    const known = this.known(name, args);
    if (known !== undefined) return known;
    const result = this.computed(path, name, args, named);
    if (isInPlace) this.writer.overwrite(args[0], result);
    return result;
  }

  private computed(path: string, name: string, args: readonly Value[], named: string | undefined): Value {
    const operator = Object.hasOwn(scriptOperators, name) ? scriptOperators[name] : undefined;
    if (operator && named === undefined) return operator(this.writer, args);
    const tensors = args.flat().filter(isTensor);
    if (tensors.some((tensor) => tensor instanceof Traced)) return this.writer.unknown(path, tensors);
    throw new Unfollowed(path);
  }

  /** Questions about values that are known. */
  private known(name: string, [a, b]: readonly Value[]): Value | undefined {
    switch (name) {
      case '__is__':
      case '__isnot__':
        return (a === b) === (name === '__is__');
      case '__not__':
        return !this.isTrue(a);
      case 'eq':
      case 'ne':
        if (isPlain(a) && isPlain(b)) return (a === b) === (name === 'eq');
        return undefined;
      case 'dim':
        return this.writer.rankOf(a);
      case 'size': {
        const rank = b === undefined ? this.writer.rankOf(a) : undefined;
        return rank === undefined ? undefined : Array.from({ length: rank }, (_, axis) => new Extent(axis, a));
      }
      case 'len':
        return Array.isArray(a) ? a.length : undefined;
      default:
        return typeof a === 'number' && typeof b === 'number' && Object.hasOwn(ofNumbers, name)
          ? ofNumbers[name](a, b)
          : undefined;
    }
  }
}

/** What is computed of numbers that are known. */
const ofNumbers: Readonly<Record<string, (a: number, b: number) => Value>> = {
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
};

function isPlain(value: Value | undefined): boolean {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';
}

/** Of what a pickle holds, what code can work with. */
function asValue(value: Pickled): Value {
  if (Array.isArray(value)) return value.map(asValue);
  if (value === null || value instanceof PickledObject || value instanceof PickledTensor) return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return value;
  throw new Unfollowed('a field');
}
