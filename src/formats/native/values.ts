import type { Problem, Severity, Span } from '../../network/definition.ts';
import { evaluate } from '../expression.ts';
import { spanOf } from '../json/json.ts';
import type { JsonNode, JsonNumbers } from '../json/json.ts';
import type { LayerParts } from '../layers/table.ts';
import { tensorOf } from '../json/numbers.ts';
import { Unresolved } from '../json/plain.ts';
import type { PlainValue } from '../json/plain.ts';
import { Repeated } from '../json/repeated.ts';

/** What reading one native file shares: its text, its params, and the problems found. */
export class NativeContext {
  readonly problems: Problem[] = [];
  readonly params = new Map<string, number>();
  /** What layers compute, by how they are written; null where what is written alike may mean different things. */
  readonly parts: Repeated<LayerParts> | null = new Repeated();

  constructor(readonly text: string) {}

  report(code: string, severity: Severity, message: string, span: Span, replacement?: string): void {
    this.problems.push({
      code,
      severity,
      message,
      span: spanOf(span),
      ...(replacement === undefined ? {} : { replacement }),
    });
  }

  /** The value of an expression; a fault is reported once, where it stands. */
  expression(text: string, span: Span): number | Unresolved {
    const result = evaluate(text, this.params);
    if ('value' in result) return result.value;
    this.report('expression', 'error', result.fault, span);
    return new Unresolved(result.fault);
  }

  /** A field's value in which every string is an expression. */
  numeric(node: JsonNode): PlainValue {
    switch (node.kind) {
      case 'scalar':
        return typeof node.value === 'string' ? this.expression(node.value, node) : node.value;
      case 'list': {
        const items = node.items.map((item) => this.numeric(item));
        // One unknown entry leaves the whole list unknown.
        return items.find((item) => item instanceof Unresolved) ?? items;
      }
      case 'numbers':
        return this.matrix(node);
      case 'object':
        return Object.fromEntries(node.entries.map(({ key, value }) => [key, this.numeric(value)]));
    }
  }

  /**
   * A long list of numbers that a field needs in full: rows of a matrix, such as an adjacency, without a node for each.
   */
  private matrix(node: JsonNumbers): PlainValue {
    const tensor = tensorOf(this.text, node.start, node.end);
    if (typeof tensor === 'string' || tensor.shape.length !== 2) return this.numeric(node.expand());
    const [height, width] = tensor.shape;
    return Array.from({ length: height }, (_, row) => [...tensor.data.subarray(row * width, (row + 1) * width)]);
  }
}
