import type { SyntaxNode } from '@lezer/common';
import type { Pattern } from './ast.ts';
import type { ExpressionReader } from './parseExpressions.ts';

/** A pattern of `match`. */
export function readPattern(node: SyntaxNode, text: string, expressions: ExpressionReader): Pattern {
  const read = (child: SyntaxNode) => readPattern(child, text, expressions);
  const inner = (parent: SyntaxNode) => patternsIn(parent).map(read);
  const slice = (child: SyntaxNode | null | undefined) => (child ? text.slice(child.from, child.to) : '');
  switch (node.name) {
    case 'CapturePattern':
      return { kind: 'capture', name: slice(node) };
    case 'LiteralPattern':
    case 'AttributePattern':
      return { kind: 'value', value: expressions.pattern(node) };
    case 'OrPattern':
      return { kind: 'or', patterns: inner(node) };
    case 'AsPattern': {
      const [pattern] = patternsIn(node);
      return pattern
        ? { kind: 'as', pattern: read(pattern), name: slice(node.getChild('VariableName')) }
        : { kind: 'other' };
    }
    case 'SequencePattern':
      return { kind: 'sequence', patterns: inner(node) };
    case 'StarPattern':
      return { kind: 'star', name: slice(node.lastChild) };
    case 'MappingPattern': {
      const parts = patternsIn(node);
      const hasRest = node.getChild('**') !== null;
      const pairs = hasRest ? parts.slice(0, -1) : parts;
      const entries = pairs.flatMap((key, i) =>
        i % 2 === 0 && pairs[i + 1] ? [{ key: expressions.pattern(key), pattern: read(pairs[i + 1]) }] : [],
      );
      return { kind: 'mapping', entries, rest: hasRest ? slice(parts.at(-1)) : undefined };
    }
    case 'ClassPattern': {
      const type = node.firstChild;
      const list = node.getChild('PatternArgList');
      if (!type) return { kind: 'other' };
      const args = (list ? patternsIn(list) : []).map((argument) => {
        const value = argument.name === 'KeywordPattern' ? argument.lastChild : argument;
        return {
          name: argument.name === 'KeywordPattern' ? slice(argument.firstChild) : undefined,
          pattern: value ? read(value) : ({ kind: 'other' } as const),
        };
      });
      return { kind: 'class', type: expressions.pattern(type), args };
    }
    default:
      return { kind: 'other' };
  }
}

function patternsIn(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling)
    if (child.name.endsWith('Pattern')) found.push(child);
  return found;
}
