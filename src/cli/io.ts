import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './usage.ts';

/** Where a command writes; apart from the process so that it can be watched. */
export interface Output {
  /** One line or several; whoever puts several together makes names in them visible, for line feeds are kept. */
  line(text: string): void;
  error(sentence: string): void;
  /** A line that the next output replaces, where someone watches. */
  status?(sentence: string): void;
}

type Options = NonNullable<ParseArgsConfig['options']>;

export function parseArguments<T extends Options>(words: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    // Its messages have several lines.
    throw new UsageError((error instanceof Error ? error.message : String(error)).replaceAll('\n', ' '));
  }
}
