import { parser } from '@lezer/python';
import type { Tree } from '@lezer/common';
import type { Statement } from './ast.ts';
import { StatementReader } from './parseStatements.ts';

/** The statements of a text, and whether it breaks the grammar: then they are as much as is clear. */
export interface Parsed {
  readonly statements: readonly Statement[];
  readonly hasErrors: boolean;
}

/**
 * Parses whole statements. `text` is what the grammar sees; `original`, which is as long, is what stood there before it
 * was mended.
 */
export function parseStatements(text: string, original = text): Parsed {
  const tree = treeOf(withoutBareDots(text));
  return { statements: new StatementReader(original).block(tree.topNode), hasErrors: hasErrors(tree) };
}

/**
 * Lezer's grammar does not know floats that end in the dot (`0.`, `1.e-5`): the dot is moved behind the number, as a
 * blank. All other offsets stay.
 */
export function withoutBareDots(text: string): string {
  return text.replace(/(?<![\w.])(\d[\d_]*)\.(?:([eE][+-]?\d+)|(?![\w.]))/g, (_all, whole: string, exponent = '') => {
    return `${whole}${exponent as string} `;
  });
}

function treeOf(text: string): Tree {
  try {
    return parser.parse(text);
  } catch (error) {
    // Thousands of strings within strings use up the host's stack.
    if (!(error instanceof RangeError)) throw error;
    return parser.parse('');
  }
}

/** What the grammar does not know stands in error nodes. `yield` without a value is among it, though it is Python. */
function hasErrors(tree: Tree): boolean {
  const cursor = tree.cursor();
  do {
    if (cursor.type.isError && !cursor.node.parent?.name.startsWith('Yield')) return true;
  } while (cursor.next());
  return false;
}
