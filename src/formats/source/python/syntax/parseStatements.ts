import type { SyntaxNode } from '@lezer/common';
import type { ClassDefinition, ExceptHandler, FunctionDefinition, ImportedName, MatchCase, Statement } from './ast.ts';
import { ExpressionReader, missing } from './parseExpressions.ts';
import { readPattern } from './parsePatterns.ts';
import { childrenOf, splitBy } from './syntax.ts';

/** Statements within statements beyond this are not read. */
const MAX_DEPTH = 90;

/** Makes statements of Lezer's nodes; names and numbers come from `text`. */
export class StatementReader {
  private readonly expressions: ExpressionReader;
  private depth = 0;
  /** Whether the function under way yields. */
  private yields = false;

  constructor(private readonly text: string) {
    this.expressions = new ExpressionReader(text, () => {
      this.yields = true;
    });
  }

  /** The statements in a body, a group or a file. */
  block(parent: SyntaxNode): Statement[] {
    const statements: Statement[] = [];
    if (++this.depth <= MAX_DEPTH) {
      for (let node = parent.firstChild; node; node = node.nextSibling) {
        if (node.name === 'StatementGroup' || node.name === '⚠') statements.push(...this.block(node));
        else {
          const statement = this.statement(node, []);
          if (statement) statements.push(statement);
        }
      }
    }
    this.depth--;
    return statements;
  }

  private statement(node: SyntaxNode, decorators: readonly SyntaxNode[]): Statement | undefined {
    const { from: start, to: end } = node;
    const place = { start, end };
    const children = childrenOf(node);
    switch (node.name) {
      case 'ExpressionStatement':
      case 'PrintStatement':
        return { kind: 'expression', value: this.expressions.sequence(children, place), ...place };
      case 'YieldStatement':
        return { kind: 'expression', value: this.expressions.read(node), ...place };
      case 'AssignStatement':
        return this.assignment(children, place);
      case 'UpdateStatement':
        return this.update(children, place);
      case 'ReturnStatement':
        return {
          kind: 'return',
          value: children.length > 1 ? this.expressions.sequence(children.slice(1), place) : undefined,
          ...place,
        };
      case 'DecoratedStatement':
        return this.statement(node.lastChild ?? node, node.getChildren('Decorator'));
      case 'FunctionDefinition':
        return this.functionDefinition(node, children, decorators);
      case 'ClassDefinition':
        return this.classDefinition(node, children, decorators);
      case 'IfStatement':
        return this.conditional(children, place);
      case 'ForStatement':
        return this.loop(children, place);
      case 'WhileStatement':
        return {
          kind: 'while',
          test: this.expressions.sequence(before(after(children, 'while'), 'Body'), place),
          ...this.bodies(children),
          ...place,
        };
      case 'WithStatement':
        return this.withStatement(children, place);
      case 'TryStatement':
        return this.tryStatement(children, place);
      case 'MatchStatement':
        return this.matchStatement(node, children, place);
      case 'RaiseStatement':
        return {
          kind: 'raise',
          value: children.length > 1 ? this.expressions.read(children[1]) : undefined,
          ...place,
        };
      case 'AssertStatement':
        return {
          kind: 'assert',
          test: children.length > 1 ? this.expressions.read(children[1]) : missing(place),
          ...place,
        };
      case 'ImportStatement':
        return this.importStatement(children, place);
      case 'ScopeStatement':
        return {
          kind: 'scope',
          isGlobal: children[0]?.name === 'global',
          names: children.filter(({ name }) => name === 'VariableName').map((child) => this.slice(child)),
          ...place,
        };
      case 'DeleteStatement':
        return {
          kind: 'delete',
          targets: children.slice(1).flatMap((child) => (child.name === ',' ? [] : [this.expressions.read(child)])),
          ...place,
        };
      case 'BreakStatement':
        return { kind: 'break', ...place };
      case 'ContinueStatement':
        return { kind: 'continue', ...place };
      default:
        return undefined;
    }
  }

  private slice(node: SyntaxNode): string {
    return this.text.slice(node.from, node.to);
  }

  private assignment(children: readonly SyntaxNode[], place: Place): Statement {
    const type = children.findIndex(({ name }) => name === 'TypeDef');
    const groups = splitBy(children, 'AssignOp');
    if (type >= 0) {
      const target = this.expressions.sequence(children.slice(0, type), place);
      const value = groups.length > 1 ? this.expressions.sequence(groups[1], place) : undefined;
      return { kind: 'annotated', target, value, ...place };
    }
    const parts = groups.map((group) => this.expressions.sequence(group, place));
    const value = parts.length > 1 ? parts[parts.length - 1] : missing({ start: place.end, end: place.end });
    return { kind: 'assign', targets: parts.length > 1 ? parts.slice(0, -1) : parts, value, ...place };
  }

  private update(children: readonly SyntaxNode[], place: Place): Statement {
    const at = children.findIndex(({ name }) => name === 'UpdateOp');
    const operator = at < 0 ? '+' : this.slice(children[at]).slice(0, -1);
    return {
      kind: 'update',
      target: this.expressions.sequence(children.slice(0, at), place),
      operator,
      value: this.expressions.sequence(children.slice(at + 1), place),
      ...place,
    };
  }

  private functionDefinition(
    node: SyntaxNode,
    children: readonly SyntaxNode[],
    decorators: readonly SyntaxNode[],
  ): FunctionDefinition {
    const { yields } = this;
    const name = children.find((child) => child.name === 'VariableName');
    const params = children.find((child) => child.name === 'ParamList');
    const fallbacks = params ? this.expressions.parameters(params) : [];
    this.yields = false;
    const body = this.bodyOf(node);
    const isGenerator = this.yields;
    this.yields = yields;
    return {
      kind: 'function',
      name: name ? this.slice(name) : '',
      nameSpan: name ? { start: name.from, end: name.to } : { start: node.from, end: node.from },
      params: fallbacks,
      body,
      decorators: this.decorators(decorators),
      isGenerator,
      start: node.from,
      end: node.to,
    };
  }

  private classDefinition(
    node: SyntaxNode,
    children: readonly SyntaxNode[],
    decorators: readonly SyntaxNode[],
  ): ClassDefinition {
    const name = children.find((child) => child.name === 'VariableName');
    const bases = children.find((child) => child.name === 'ArgList');
    return {
      kind: 'class',
      name: name ? this.slice(name) : '',
      nameSpan: name ? { start: name.from, end: name.to } : { start: node.from, end: node.from },
      bases: bases ? this.expressions.args(bases) : [],
      body: this.bodyOf(node),
      decorators: this.decorators(decorators),
      start: node.from,
      end: node.to,
    };
  }

  /** Lezer gives a decorator's name and its arguments side by side. */
  private decorators(nodes: readonly SyntaxNode[]) {
    return nodes.map((node) => this.expressions.decorator(node));
  }

  private bodyOf(node: SyntaxNode): Statement[] {
    const body = node.getChild('Body');
    return body ? this.block(body) : [];
  }

  private bodies(children: readonly SyntaxNode[]): { body: Statement[]; otherwise: Statement[] } {
    const bodies = children.filter(({ name }) => name === 'Body').map((body) => this.block(body));
    return { body: bodies[0] ?? [], otherwise: bodies[1] ?? [] };
  }

  private conditional(children: readonly SyntaxNode[], place: Place): Statement {
    const branches: { test: ReturnType<ExpressionReader['read']>; body: Statement[] }[] = [];
    let otherwise: Statement[] = [];
    let start = 0;
    children.forEach((child, i) => {
      if (child.name !== 'Body') return;
      const head = children.slice(start, i);
      start = i + 1;
      if (head[0]?.name === 'else') otherwise = this.block(child);
      else branches.push({ test: this.expressions.sequence(head.slice(1), place), body: this.block(child) });
    });
    return { kind: 'if', branches, otherwise, ...place };
  }

  private loop(children: readonly SyntaxNode[], place: Place): Statement {
    const head = before(after(children, 'for'), 'Body');
    const at = head.findIndex(({ name }) => name === 'in');
    const [target, iterable] = at < 0 ? [head, []] : [head.slice(0, at), head.slice(at + 1)];
    return {
      kind: 'for',
      target: this.expressions.sequence(target, place),
      iterable: this.expressions.sequence(iterable, place),
      ...this.bodies(children),
      ...place,
    };
  }

  private withStatement(children: readonly SyntaxNode[], place: Place): Statement {
    const head = before(after(children, 'with'), 'Body');
    const items = splitBy(head, ',').map((group) => {
      const [value, target] = splitBy(group, 'as');
      return {
        value: this.expressions.sequence(value, place),
        target: target && target.length > 0 ? this.expressions.sequence(target, place) : undefined,
      };
    });
    return { kind: 'with', items, body: this.bodies(children).body, ...place };
  }

  private tryStatement(children: readonly SyntaxNode[], place: Place): Statement {
    const handlers: ExceptHandler[] = [];
    const found: Record<string, Statement[]> = {};
    let head: SyntaxNode[] = [];
    for (const child of children) {
      if (child.name !== 'Body') {
        head.push(child);
        continue;
      }
      const [word, ...rest] = head;
      head = [];
      if (word?.name !== 'except') {
        found[word?.name ?? 'try'] = this.block(child);
        continue;
      }
      const [type, name] = splitBy(
        rest.filter((part) => part.name !== '*'),
        'as',
      );
      handlers.push({
        type: type.length > 0 ? this.expressions.sequence(type, place) : undefined,
        name: name?.[0] && this.slice(name[0]),
        body: this.block(child),
      });
    }
    const { try: body = [], else: otherwise = [], finally: last = [] } = found;
    return { kind: 'try', body, handlers, otherwise, last, ...place };
  }

  private matchStatement(node: SyntaxNode, children: readonly SyntaxNode[], place: Place): Statement {
    const subject = this.expressions.sequence(before(after(children, 'match'), 'MatchBody'), place);
    const clauses = node.getChild('MatchBody')?.getChildren('MatchClause') ?? [];
    const cases = clauses.map((clause): MatchCase => {
      const parts = childrenOf(clause);
      const guard = parts.find(({ name }) => name === 'Guard')?.lastChild;
      const pattern = parts.find(({ name }) => /Pattern$/.test(name));
      return {
        pattern: pattern ? readPattern(pattern, this.text, this.expressions) : { kind: 'other' },
        guard: guard ? this.expressions.read(guard) : undefined,
        body: this.bodyOf(clause),
      };
    });
    return { kind: 'match', subject, cases, ...place };
  }

  private importStatement(children: readonly SyntaxNode[], place: Place): Statement {
    const at = children.findIndex(({ name }) => name === 'import');
    const names = splitBy(
      children.slice(at + 1).filter(({ name }) => name !== '(' && name !== ')'),
      ',',
    ).flatMap((group): ImportedName[] => {
      const [path, alias] = splitBy(group, 'as');
      const [first] = path;
      if (!first || first.name === '⚠') return [];
      return [
        {
          path: path.map((part) => this.slice(part)).join(''),
          alias: alias?.[0] && this.slice(alias[0]),
          start: first.from,
          end: path[path.length - 1].to,
        },
      ];
    });
    if (children[0]?.name !== 'from') return { kind: 'import', names, ...place };
    const head = children.slice(1, at < 0 ? children.length : at);
    const text = head
      .filter(({ name }) => name !== '⚠')
      .map((part) => this.slice(part))
      .join('');
    const level = /^\.*/.exec(text)?.[0].length ?? 0;
    const isStar = children.slice(at + 1).some(({ name }) => name === '*');
    return { kind: 'importFrom', level, module: text.slice(level), names: isStar ? undefined : names, ...place };
  }
}

interface Place {
  readonly start: number;
  readonly end: number;
}

function after(nodes: readonly SyntaxNode[], name: string): readonly SyntaxNode[] {
  return nodes.slice(nodes.findIndex((node) => node.name === name) + 1);
}

function before(nodes: readonly SyntaxNode[], name: string): readonly SyntaxNode[] {
  const at = nodes.findIndex((node) => node.name === name);
  return at < 0 ? nodes : nodes.slice(0, at);
}
