import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  findNodeAtLocation,
  parseTree,
  getNodeValue,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { parseExpectations, type Expectations } from '../../analysis/check/expectations.ts';
import { LineIndex } from '../../analysis/lineIndex.ts';
import type { Span } from '../../network/definition.ts';
import { UsageError } from '../usage.ts';
import { systemMessage } from '../terminal.ts';

const DEFAULT_FILE = 'regionlens.json';

/** A file of expectations, or none: then every list is empty. */
export interface ExpectationsFile {
  readonly file: string;
  /** Patterns and the baseline's path start here. */
  readonly root: string;
  readonly lines: LineIndex;
  readonly content: Expectations;
  readonly baselineFile: string | undefined;
  /** Of an expectation, by index. */
  readonly spanOf: (index: number) => Span;
}

/** Reads the file named, or regionlens.json where there is one. Errors: UsageError, with the place in it. */
export async function readExpectations(named: string | undefined): Promise<ExpectationsFile> {
  const file = named ?? DEFAULT_FILE;
  const text = await textOf(file, named !== undefined);
  const lines = new LineIndex(text);
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const fail = (offset: number, message: string) => {
    const { line, character } = lines.positionAt(offset);
    return new UsageError(`${file}:${line + 1}:${character + 1}: ${message}`);
  };
  if (errors.length > 0 || tree === undefined)
    throw fail(errors[0]?.offset ?? 0, `this is not JSON (${printParseErrorCode(errors[0]?.error ?? 0)})`);
  const content = parseExpectations(getNodeValue(tree));
  if ('message' in content) throw fail(nodeAt(tree, content.path).offset, content.message);
  const root = dirname(resolve(file));
  const { baseline } = content;
  return {
    file,
    root,
    lines,
    content,
    baselineFile: baseline && resolve(root, baseline.file),
    spanOf: (index) => {
      const { offset, length } = nodeAt(tree, ['expectations', index]);
      return { start: offset, end: offset + length };
    },
  };
}

async function textOf(file: string, isNamed: boolean): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (!isNamed && (error as NodeJS.ErrnoException).code === 'ENOENT') return '{}';
    throw new UsageError(`${file} cannot be read: ${systemMessage(error)}`);
  }
}

/** The node at a path, or the nearest above it that is there. */
function nodeAt(tree: Node, path: readonly (string | number)[]): Node {
  for (let length = path.length; length > 0; length--) {
    const found = findNodeAtLocation(tree, path.slice(0, length));
    if (found) return found;
  }
  return tree;
}
