import type { SyntaxNode } from '@lezer/common';
import type { CallArgument, ComprehensionClause, DictEntry, Expression, FormatPart, Parameter } from './ast.ts';
import { childrenOf, splitBy } from './syntax.ts';
import { numberOf, stringOf } from './literals.ts';

interface Place {
  readonly start: number;
  readonly end: number;
}

export function missing({ start, end }: Place): Expression {
  return { kind: 'missing', start, end };
}

/** Expressions within expressions beyond this are not read. */
const MAX_DEPTH = 300;

const comprehensions: Readonly<Record<string, 'list' | 'set' | 'dict' | 'generator'>> = {
  ArrayComprehensionExpression: 'list',
  SetComprehensionExpression: 'set',
  DictionaryComprehensionExpression: 'dict',
  ComprehensionExpression: 'generator',
};

const collections: Readonly<Record<string, 'list' | 'set' | 'tuple'>> = {
  ArrayExpression: 'list',
  SetExpression: 'set',
  TupleExpression: 'tuple',
};

const brackets = new Set(['(', ')', '[', ']', '{', '}']);

/** Turns Lezer's nodes into expressions. */
export class ExpressionReader {
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly onYield: () => void,
  ) {}

  read(node: SyntaxNode): Expression {
    const place = { start: node.from, end: node.to };
    if (this.depth >= MAX_DEPTH) return missing(place);
    this.depth++;
    const expression = this.expression(node, place);
    this.depth--;
    return expression;
  }

  /** One expression, or several with commas between them: a tuple. */
  sequence(nodes: readonly SyntaxNode[], around: Place): Expression {
    const groups = splitBy(nodes, ',');
    const first = nodes[0];
    if (!first) return missing({ start: around.end, end: around.end });
    const place = { start: first.from, end: nodes[nodes.length - 1].to };
    if (groups.length === 1) return this.single(groups[0], place);
    const items = groups.filter((group) => group.length > 0).map((group) => this.single(group, place));
    return { kind: 'tuple', items, ...place };
  }

  /** The value that a pattern of `match` holds. */
  pattern(node: SyntaxNode): Expression {
    const place = { start: node.from, end: node.to };
    if (node.name === 'LiteralPattern') {
      const children = childrenOf(node);
      const [first, second] = children;
      if (children.length === 2) return { kind: 'unary', operator: '-', operand: this.read(second), ...place };
      return first ? this.read(first) : missing(place);
    }
    if (node.name !== 'AttributePattern') return this.read(node);
    return this.decorator(node);
  }

  /** The name and arguments that stand side by side in a decorator. */
  decorator(node: SyntaxNode): Expression {
    const place = { start: node.from, end: node.to };
    const parts = childrenOf(node).filter(({ name }) => name !== 'At' && name !== '.');
    const [first, ...rest] = parts;
    if (!first) return missing(place);
    return rest.reduce<Expression>((callee, part) => {
      const spanned = { start: callee.start, end: part.to };
      if (part.name === 'ArgList') return { kind: 'call', callee, args: this.args(part), ...spanned };
      return { kind: 'attribute', object: callee, name: this.slice(part), nameStart: part.from, ...spanned };
    }, this.read(first));
  }

  args(list: SyntaxNode): CallArgument[] {
    const inner = childrenOf(list).filter(({ name }) => name !== '(' && name !== ')');
    if (inner.some(({ name }) => name === 'for')) {
      const value = this.comprehension('generator', inner, { start: list.from, end: list.to });
      return [{ name: undefined, stars: 0, value, start: list.from, end: list.to }];
    }
    return splitBy(inner, ',').flatMap((group) => this.argument(group));
  }

  private argument(group: readonly SyntaxNode[]): CallArgument[] {
    const [first, second] = group;
    if (!first || (group.length === 1 && first.name === '⚠')) return [];
    const place = { start: first.from, end: group[group.length - 1].to };
    if (first.name === '*' || first.name === '**') {
      const stars = first.name === '*' ? 1 : 2;
      return [{ name: undefined, stars, value: this.single(group.slice(1), place), ...place }];
    }
    if (second?.name === 'AssignOp') {
      return [{ name: this.slice(first), stars: 0, value: this.single(group.slice(2), place), ...place }];
    }
    return [{ name: undefined, stars: 0, value: this.single(group, place), ...place }];
  }

  parameters(list: SyntaxNode): Parameter[] {
    const params: Parameter[] = [];
    let keywordOnly = false;
    const inner = childrenOf(list).filter(({ name }) => name !== '(' && name !== ')');
    for (const group of splitBy(inner, ',')) {
      const stars = group[0]?.name === '*' ? 1 : group[0]?.name === '**' ? 2 : 0;
      const [name] = group.slice(stars > 0 ? 1 : 0);
      if (name?.name === 'VariableName') {
        const [, fallback] = splitBy(group, 'AssignOp');
        params.push({
          name: this.slice(name),
          stars,
          keywordOnly,
          fallback: fallback && this.single(fallback, { start: name.from, end: name.to }),
          start: name.from,
          end: name.to,
        });
      }
      if (stars === 1) keywordOnly = true;
    }
    return params;
  }

  private slice(node: SyntaxNode): string {
    return this.text.slice(node.from, node.to);
  }

  /** What stands between two commas. */
  private single(group: readonly SyntaxNode[], place: Place): Expression {
    const nodes = group.filter(({ name }) => name !== '⚠');
    const [first] = nodes;
    if (!first) return missing({ start: place.end, end: place.end });
    const whole = { start: first.from, end: nodes[nodes.length - 1].to };
    if (first.name === '*' || first.name === '**')
      return { kind: 'starred', value: this.single(nodes.slice(1), whole), ...whole };
    // `f(a b`: what follows is not part of it.
    return this.read(first);
  }

  private expression(node: SyntaxNode, place: Place): Expression {
    const { name } = node;
    switch (name) {
      case 'VariableName':
      case 'CapturePattern':
        return { kind: 'name', id: this.slice(node), ...place };
      case 'Number':
        return { kind: 'number', ...numberOf(this.slice(node), this.text[node.to] === '.'), ...place };
      case 'String':
        return { kind: 'string', value: stringOf(this.slice(node)), ...place };
      case 'FormatString':
      case 'ContinuedString':
        return this.formatted(node, place);
      case 'Boolean':
        return { kind: 'constant', value: this.slice(node) === 'True', ...place };
      case 'None':
        return { kind: 'constant', value: null, ...place };
      case 'Ellipsis':
        return { kind: 'constant', value: 'ellipsis', ...place };
      default:
        return this.composed(node, childrenOf(node), place);
    }
  }

  private composed(node: SyntaxNode, children: readonly SyntaxNode[], place: Place): Expression {
    const { name } = node;
    if (name in collections) {
      const inner = children.filter((child) => !brackets.has(child.name));
      const groups = splitBy(inner, ',').filter((group) => group.some((part) => part.name !== '⚠'));
      return { kind: collections[name], items: groups.map((group) => this.single(group, place)), ...place };
    }
    if (name in comprehensions) {
      return this.comprehension(
        comprehensions[name],
        children.filter((child) => !brackets.has(child.name)),
        place,
      );
    }
    switch (name) {
      case 'ParenthesizedExpression':
        return this.sequence(
          children.filter((child) => !brackets.has(child.name)),
          place,
        );
      case 'DictionaryExpression':
        return { kind: 'dict', entries: this.entries(children), ...place };
      case 'MemberExpression':
        return this.member(children, place);
      case 'CallExpression': {
        const list = node.getChild('ArgList');
        const callee = children[0] ? this.read(children[0]) : missing(place);
        return { kind: 'call', callee, args: list ? this.args(list) : [], ...place };
      }
      case 'UnaryExpression':
        return {
          kind: 'unary',
          operator: children[0] ? this.slice(children[0]) : '+',
          operand: this.sequence(children.slice(1), place),
          ...place,
        };
      case 'BinaryExpression':
        return this.binary(children, place);
      case 'ConditionalExpression': {
        const [then] = splitBy(children, 'if');
        const [test, otherwise] = splitBy(children.slice(then.length + 1), 'else');
        return {
          kind: 'conditional',
          then: this.sequence(then, place),
          test: this.sequence(test, place),
          otherwise: this.sequence(otherwise ?? [], place),
          ...place,
        };
      }
      case 'LambdaExpression': {
        const params = node.getChild('ParamList');
        const [, body = []] = splitBy(children, ':');
        return {
          kind: 'lambda',
          params: params ? this.parameters(params) : [],
          body: this.sequence(body, place),
          ...place,
        };
      }
      case 'NamedExpression': {
        const [target, value = []] = splitBy(children, 'AssignOp');
        return {
          kind: 'walrus',
          target: this.sequence(target, place),
          value: this.sequence(value, place),
          ...place,
        };
      }
      case 'AwaitExpression':
        return { kind: 'await', value: this.sequence(children.slice(1), place), ...place };
      case 'YieldExpression':
      case 'YieldStatement': {
        this.onYield();
        const isFrom = children[1]?.name === 'from';
        const inner = children.slice(isFrom ? 2 : 1).filter((child) => child.name !== '⚠');
        return { kind: 'yield', isFrom, value: inner.length > 0 ? this.sequence(inner, place) : undefined, ...place };
      }
      default:
        return missing(place);
    }
  }

  /** `object.name` or `object[index]` */
  private member(children: readonly SyntaxNode[], place: Place): Expression {
    const [object, separator, ...rest] = children;
    if (!object) return missing(place);
    const value = this.read(object);
    if (separator?.name === '[') {
      const inner = rest.filter((child) => child.name !== ']');
      return { kind: 'subscript', object: value, index: this.index(inner, place), ...place };
    }
    const property = rest.find((child) => child.name === 'PropertyName');
    const at = property ?? separator ?? object;
    return {
      kind: 'attribute',
      object: value,
      name: property ? this.slice(property) : '',
      nameStart: at.from,
      ...place,
    };
  }

  private index(nodes: readonly SyntaxNode[], place: Place): Expression {
    const groups = splitBy(nodes, ',');
    const items = groups
      .filter((group, i) => group.length > 0 || i < groups.length - 1)
      .map((group): Expression => {
        const parts = splitBy(group, ':');
        if (parts.length === 1) return this.single(group, place);
        const ends = parts.map((part) => (part.length > 0 ? this.single(part, place) : undefined));
        const start = group[0]?.from ?? place.start;
        return { kind: 'slice', parts: ends, start, end: group[group.length - 1]?.to ?? start };
      });
    return groups.length === 1 ? (items[0] ?? missing(place)) : { kind: 'tuple', items, ...place };
  }

  private entries(children: readonly SyntaxNode[]): DictEntry[] {
    const inner = children.filter((child) => !brackets.has(child.name));
    return splitBy(inner, ',').flatMap((group): DictEntry[] => {
      const [first] = group;
      if (!first) return [];
      const place = { start: first.from, end: group[group.length - 1].to };
      if (first.name === '**') return [{ key: undefined, value: this.single(group.slice(1), place) }];
      const [key, value] = splitBy(group, ':');
      if (!value) return [];
      return [{ key: this.single(key, place), value: this.single(value, place) }];
    });
  }

  private binary(children: readonly SyntaxNode[], place: Place): Expression {
    const parts = children.filter(({ name }) => name !== '⚠');
    const [first] = parts;
    if (!first) return missing(place);
    const last = parts[parts.length - 1];
    const operator = parts
      .slice(1, -1)
      .map((part) => this.slice(part))
      .join(' ');
    const left = this.read(first);
    const right = parts.length > 2 ? this.read(last) : missing({ start: place.end, end: place.end });
    if (operator === 'and' || operator === 'or') return { kind: 'boolean', operator, left, right, ...place };
    if (!/^(?:[<>]=?|[=!]=|in|not in|is|is not)$/.test(operator))
      return { kind: 'binary', operator, left, right, ...place };
    // `a < b < c` comes as `(a < b) < c`; what stands in parentheses is another node.
    if (left.kind === 'compare' && first.name === 'BinaryExpression')
      return { kind: 'compare', first: left.first, rest: [...left.rest, { operator, operand: right }], ...place };
    return { kind: 'compare', first: left, rest: [{ operator, operand: right }], ...place };
  }

  private comprehension(
    of: 'list' | 'set' | 'dict' | 'generator',
    children: readonly SyntaxNode[],
    place: Place,
  ): Expression {
    const at = children.findIndex(({ name }) => name === 'for' || name === 'async');
    const head = at < 0 ? children : children.slice(0, at);
    const [element, value] = of === 'dict' ? splitBy(head, ':') : [head];
    const clauses: ComprehensionClause[] = [];
    const tail = at < 0 ? [] : children.slice(at);
    for (const group of splitBy(
      tail.filter(({ name }) => name !== 'async'),
      'for',
    ).slice(1)) {
      const [first, ...conditions] = splitBy(group, 'if');
      const [target, iterable = []] = splitBy(first, 'in');
      clauses.push({
        target: this.sequence(target, place),
        iterable: this.sequence(iterable, place),
        conditions: conditions.map((condition) => this.sequence(condition, place)),
      });
    }
    return {
      kind: 'comprehension',
      of,
      element: this.sequence(element, place),
      value: value && this.sequence(value, place),
      clauses,
      ...place,
    };
  }

  /** Strings that stand one after another are one. */
  private formatted(node: SyntaxNode, place: Place): Expression {
    const parts: (string | FormatPart)[] = [];
    const strings = node.name === 'ContinuedString' ? childrenOf(node) : [node];
    for (const string of strings) {
      if (string.name === 'FormatString') parts.push(...this.formatParts(string));
      else parts.push(stringOf(this.slice(string)));
    }
    if (parts.every((part) => typeof part === 'string')) return { kind: 'string', value: parts.join(''), ...place };
    return { kind: 'formatted', parts, ...place };
  }

  private formatParts(node: SyntaxNode): (string | FormatPart)[] {
    const opening = /^[a-zA-Z]*("""|'''|"|')/.exec(this.slice(node));
    const parts: (string | FormatPart)[] = [];
    let at = node.from + (opening?.[0].length ?? 0);
    const text = (to: number) => {
      if (to > at)
        parts.push(
          stringOf(`"""${this.text.slice(at, to)}"""`)
            .replace(/\{\{/g, '{')
            .replace(/\}\}/g, '}'),
        );
    };
    for (const replacement of node.getChildren('FormatReplacement')) {
      text(replacement.from);
      at = replacement.to;
      const spec = replacement.getChild('FormatSpec');
      const [value] = childrenOf(replacement).filter((child) => !brackets.has(child.name));
      const where = { start: replacement.from, end: replacement.to };
      parts.push({ value: value ? this.read(value) : missing(where), spec: spec ? this.slice(spec) : undefined });
    }
    text(node.to - (opening?.[1].length ?? 0));
    return parts;
  }
}
