import { writeSync } from 'node:fs';
import { checkNumber, corpus } from './documents.ts';

/**
 * One process of `npm run fuzz`: checks documents one after the other and tells which it is at, so that the parent
 * knows which one hangs or takes the process with it. Words: root, seed, first, behind the last, step, megabytes.
 */
const [root, ...numbers] = process.argv.slice(2);
const [seed, first, end, step, mostMegabytes] = numbers.map(Number);

type Line =
  | { readonly at: number }
  | { readonly fault: string; readonly index: number }
  | { readonly exercised: readonly string[]; readonly index: number };

/** Written at once, past all buffers. */
function tell(line: Line): void {
  writeSync(1, JSON.stringify(line) + '\n');
}

const documents = corpus(root);
const tally = new Map<string, number>();
for (let index = first; index < end; index += step) {
  tell({ at: index });
  try {
    for (const feature of checkNumber(documents, seed, index)) tally.set(feature, (tally.get(feature) ?? 0) + 1);
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    tell({ index, fault: stack.split('\n').slice(0, 8).join('\n') });
  }
  const megabytes = process.resourceUsage().maxRSS / 1024;
  if (megabytes > mostMegabytes) {
    tell({ index, fault: `memory grew to ${Math.round(megabytes)} MB` });
    tell({ index, exercised: [...tally].flatMap(([feature, count]) => [feature, String(count)]) });
    // The peak never falls again: the parent goes on with another process.
    process.exit(0);
  }
}
tell({ index: end, exercised: [...tally].flatMap(([feature, count]) => [feature, String(count)]) });
