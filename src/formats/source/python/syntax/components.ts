import type { Expression, FunctionDefinition, Statement } from './ast.ts';
import type { Part, Piece } from './pieces.ts';

/** Parts of a text that change nothing for others: what they do follows from `parts` alone. */
export interface Component {
  /** Those that are followed together, in the order of the text. */
  readonly members: readonly Part[];
  /** These and the definitions that they reach, in the order of the text. */
  readonly parts: readonly Part[];
  /** The variables of the module that are its own. */
  readonly own: ReadonlySet<string>;
}

/**
 * The parts of a text, divided by the variables of the module that they share. Definitions (functions, classes, imports
 * and literals) are shared by all who name them, for following them changes nothing; what names a variable that is made
 * by anything else belongs together.
 */
export class Components {
  private constructor(
    private readonly parts: readonly Part[],
    private readonly found: readonly Component[],
    private readonly defined: readonly boolean[],
  ) {}

  /** `changing` are parts that only define, but make something that others change. */
  static of(parts: readonly Part[], changing: ReadonlySet<Piece>): Components {
    const facts = parts.map(({ piece }) => factsOf(piece));
    const defined = definitionsAmong(
      facts,
      parts.map(({ piece }) => changing.has(piece)),
    );
    const next = neighbours(facts);
    const reached = parts.map((_part, i) => reachedFrom(i, next));
    const groups = new Groups(parts.length);
    reached.forEach((all, i) => {
      for (const other of all) if (!defined[other]) groups.join(i, other);
    });
    const made = new Map<number, Component>();
    const found = parts.map((_part, i) => {
      const group = groups.of(i);
      const component = made.get(group) ?? componentOf(groups.members(group), parts, facts, reached, defined);
      made.set(group, component);
      return component;
    });
    return new Components(parts, found, defined);
  }

  get all(): ReadonlySet<Component> {
    return new Set(this.found);
  }

  /** The component of what stands at an offset. */
  at(offset: number): Component | undefined {
    return this.found[this.indexAt(offset)];
  }

  /** The part at an offset, if it only defines. */
  definitionAt(offset: number): Part | undefined {
    const index = this.indexAt(offset);
    return this.defined[index] ? this.parts[index] : undefined;
  }

  private indexAt(offset: number): number {
    return this.parts.findIndex(({ start, end }) => start <= offset && offset < end);
  }
}

function componentOf(
  members: readonly number[],
  parts: readonly Part[],
  facts: readonly Facts[],
  reached: readonly ReadonlySet<number>[],
  defined: readonly boolean[],
): Component {
  const all = new Set(members.flatMap((member) => [...reached[member]]));
  const inOrder = [...all].sort((a, b) => a - b);
  return {
    members: members.map((member) => parts[member]),
    parts: inOrder.map((index) => parts[index]),
    own: new Set(members.flatMap((member) => (defined[member] ? [] : facts[member].bound))),
  };
}

/** Definitions that read nothing else when they are followed. */
function definitionsAmong(facts: readonly Facts[], changing: readonly boolean[]): boolean[] {
  const defined = facts.map(({ isDefinition }, i) => isDefinition && !changing[i]);
  for (let isOpen = true; isOpen;) {
    const others = new Set(facts.flatMap(({ bound }, i) => (defined[i] ? [] : bound)));
    isOpen = false;
    for (const [i, { readAtOnce, bound }] of facts.entries()) {
      if (!defined[i] || ![...readAtOnce, ...bound].some((name) => others.has(name))) continue;
      defined[i] = false;
      isOpen = true;
    }
  }
  return defined;
}

/** For each part, those that bind a name in it. */
function neighbours(facts: readonly Facts[]): number[][] {
  const binders = new Map<string, number[]>();
  for (const [i, { bound }] of facts.entries())
    for (const name of bound) binders.set(name, [...(binders.get(name) ?? []), i]);
  return facts.map(({ named }) => named.flatMap((name) => binders.get(name) ?? []));
}

function reachedFrom(start: number, next: readonly (readonly number[])[]): ReadonlySet<number> {
  const found = new Set([start]);
  // A set gives what is added to it while it is iterated, too.
  for (const index of found) for (const other of next[index]) found.add(other);
  return found;
}

/** Numbers that belong together. */
class Groups {
  private readonly first: number[];

  constructor(count: number) {
    this.first = Array.from({ length: count }, (_none, i) => i);
  }

  of(index: number): number {
    let at = index;
    while (this.first[at] !== at) at = this.first[at];
    this.first[index] = at;
    return at;
  }

  join(a: number, b: number): void {
    const [one, other] = [this.of(a), this.of(b)];
    this.first[Math.max(one, other)] = Math.min(one, other);
  }

  members(group: number): number[] {
    return this.first.flatMap((_first, i) => (this.of(i) === group ? [i] : []));
  }
}

/** What the names in a part are. */
interface Facts {
  /** Variables of the module that it gives a value. */
  readonly bound: readonly string[];
  /** All names, wherever they stand. */
  readonly named: readonly string[];
  readonly isDefinition: boolean;
  /** Names that are read when definitions are followed, rather than what they define. */
  readonly readAtOnce: readonly string[];
}

const known = new WeakMap<Piece, Facts>();

function factsOf(piece: Piece): Facts {
  const facts = known.get(piece) ?? factsAbout(piece.statements);
  known.set(piece, facts);
  return facts;
}

function factsAbout(statements: readonly Statement[]): Facts {
  const bound = new Set<string>();
  const named = new Set<string>();
  const readAtOnce = new Set<string>();
  for (const statement of statements) {
    addNames(statement, new Set(), named);
    for (const name of namesIn(statement, 'scope')) bound.add(name);
    addBound(statement, bound);
  }
  const isDefinition = statements.every((statement) => defines(statement, readAtOnce));
  return { bound: [...bound], named: [...named], isDefinition, readAtOnce: [...readAtOnce] };
}

/** A node of the tree, of any kind. */
type Node = Readonly<Record<string, unknown>>;

/** Visits a node and all within it, but not what is within those for which `enter` gives false. */
function visit(value: unknown, enter: (node: Node) => boolean): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value) && !enter(value as Node)) return;
  for (const inner of Object.values(value) as unknown[]) visit(inner, enter);
}

/** Adds the variables that are named within, but for parameters: these always have a value where they are read. */
function addNames(tree: unknown, parameters: ReadonlySet<string>, found: Set<string>): void {
  visit(tree, (node) => {
    for (const name of namesOf(node)) if (!parameters.has(name)) found.add(name);
    if (node.kind !== 'function' && node.kind !== 'lambda') return true;
    const { params, body, decorators } = node as unknown as FunctionDefinition;
    addNames([params, decorators], parameters, found);
    const deleted = namesIn(body, 'delete');
    const own = params.map(({ name }) => name).filter((name) => !deleted.has(name));
    addNames(body, new Set([...parameters, ...own]), found);
    return false;
  });
}

/** The variables that are named in nodes of this kind. */
function namesIn(tree: unknown, kind: Statement['kind']): ReadonlySet<string> {
  const found = new Set<string>();
  visit(tree, (node) => {
    if (node.kind === kind) addNames(node, new Set(), found);
    return true;
  });
  return found;
}

/** The variables that a node itself names. */
function namesOf(node: Node): readonly string[] {
  const { path, alias, rest } = node as Readonly<Record<string, string | undefined>>;
  switch (node.kind) {
    case 'name':
      return [String(node.id)];
    case 'scope':
      return node.names as string[];
    case 'function':
    case 'class':
    case 'capture':
    case 'star':
    case 'as':
      return [String(node.name)];
    case 'mapping':
      return rest === undefined ? [] : [rest];
    case undefined:
      // A name that is imported, or what a handler catches.
      if (path !== undefined) return [alias ?? path.split('.')[0]];
      return 'body' in node && typeof node.name === 'string' ? [node.name] : [];
    default:
      return [];
  }
}

/** Adds the variables that a statement of the module's top level gives a value. */
function addBound(statement: Statement, bound: Set<string>): void {
  visit(statement, (node) => {
    if (node.kind === 'lambda' || node.kind === 'comprehension') return false;
    addTargets([node.target, node.targets], bound);
    if (node.kind !== 'name') for (const name of namesOf(node)) bound.add(name);
    return node.kind !== 'function' && node.kind !== 'class';
  });
}

/** Adds the variables among targets; attributes and items are parts of what stands there. */
function addTargets(targets: unknown, bound: Set<string>): void {
  visit(targets, (node) => {
    if (node.kind === 'name') bound.add(String(node.id));
    return node.kind === 'tuple' || node.kind === 'list' || node.kind === 'starred';
  });
}

/** Whether a statement only defines; adds the names that it reads when it is followed. */
function defines(statement: Statement, read: Set<string>): boolean {
  switch (statement.kind) {
    case 'function':
      return isPrivate(statement) && isQuietFunction(statement, read);
    case 'class':
      return isPrivate(statement) && isQuietClass(statement, read);
    case 'import':
    case 'importFrom':
    case 'pass':
      return true;
    case 'assign':
      return statement.targets.every(({ kind }) => kind === 'name') && isQuiet(statement.value, read);
    case 'annotated':
      return statement.target.kind === 'name' && (!statement.value || isQuiet(statement.value, read));
    case 'expression':
      return isQuiet(statement.value, read);
    case 'assert':
    case 'break':
    case 'continue':
    case 'delete':
    case 'for':
    case 'if':
    case 'match':
    case 'raise':
    case 'return':
    case 'scope':
    case 'try':
    case 'update':
    case 'while':
    case 'with':
      return false;
  }
}

/** Whether nothing within sets variables further out. */
function isPrivate(statement: Statement): boolean {
  return namesIn(statement, 'scope').size === 0;
}

function isQuietFunction({ params, decorators }: Extract<Statement, { kind: 'function' }>, read: Set<string>): boolean {
  return [...decorators, ...params.map(({ fallback }) => fallback)].every((value) => !value || isQuiet(value, read));
}

function isQuietClass({ bases, body, decorators }: Extract<Statement, { kind: 'class' }>, read: Set<string>): boolean {
  return (
    [...decorators, ...bases.map(({ value }) => value)].every((value) => isQuiet(value, read)) &&
    body.every((statement) => defines(statement, read))
  );
}

/** What may call something, or set a variable. */
const loud = new Set(['call', 'comprehension', 'await', 'yield', 'walrus']);

/** Whether following an expression makes no objects but literals and functions. */
function isQuiet(expression: Expression, read: Set<string>): boolean {
  let isFound = true;
  const enter = (node: Node): boolean => {
    if (loud.has(String(node.kind))) isFound = false;
    for (const name of namesOf(node)) read.add(name);
    if (node.kind !== 'lambda') return isFound;
    // What a lambda does is done later.
    visit(node.params, enter);
    return false;
  };
  visit(expression, enter);
  return isFound;
}
