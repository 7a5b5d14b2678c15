import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArguments } from '../io.ts';
import { UsageError } from '../usage.ts';

/** `region-lens mcp`. The server is in a bundle of its own, and answers until its input ends. */
export async function mcpCommand(words: readonly string[]): Promise<number> {
  if (parseArguments(words, {}).positionals.length > 0) throw new UsageError('mcp takes no FILE: its calls name files');
  await import(pathToFileURL(join(__dirname, 'mcp.js')).href);
  return 0;
}
