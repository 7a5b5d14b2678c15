import { writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { checkNumber, corpus } from './documents.ts';

/**
 * One process of `npm run fuzz`: checks documents one after the other and says which one it is at, so that the parent
 * knows which one hangs or takes the process with it. Words: root, seed, first, behind the last, step, megabytes.
 */
const [root, ...numbers] = process.argv.slice(2);
const [seed, first, end, step, mostMegabytes] = numbers.map(Number);

type Line =
  | { readonly at: number }
  | { readonly fault: string; readonly index: number }
  | { readonly megabytes: number; readonly index: number }
  | { readonly exercised: readonly string[]; readonly next?: number };

/** What was exercised is reported after this number of documents each, in case the process is ended. */
const REPORT_EVERY = 1000;

/** Written at once, past all buffers. */
function report(line: Line): void {
  writeSync(1, JSON.stringify(line) + '\n');
}

function peakMegabytes(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

async function main(): Promise<void> {
  const documents = corpus(root);
  const base = peakMegabytes();
  const tally = new Map<string, number>();
  const tellTally = (next?: number): void => {
    report({ next, exercised: [...tally].flatMap(([feature, count]) => [feature, String(count)]) });
    tally.clear();
  };
  let [index, checked] = [first, 0];
  // The peak never falls again: the parent goes on with another process.
  for (let isLarge = false; index < end && !isLarge; index += step) {
    report({ at: index });
    try {
      for (const feature of await checkNumber(documents, seed, index))
        tally.set(feature, (tally.get(feature) ?? 0) + 1);
    } catch (error) {
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
      report({ index, fault: stack.split('\n').slice(0, 8).join('\n') });
    }
    const megabytes = peakMegabytes() - base;
    isLarge = megabytes > mostMegabytes;
    if (isLarge) report({ index, megabytes });
    if (++checked % REPORT_EVERY === 0) tellTally();
    // Targets of weak references are kept until a turn of the event loop ends.
    await setImmediate();
  }
  tellTally(index);
}

void main();
