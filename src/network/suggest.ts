/** The known word that a mistyped one is closest to, if it is close. */
function closest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.min(3, Math.ceil(word.length / 3)) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Letters to insert, remove or replace. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}

/** The end of a sentence about an unknown word, and the word that was most likely meant. */
export interface Suggestion {
  readonly advice: string;
  readonly replacement?: string;
}

/** ` Did you mean 'dense'?`; `otherwise` where no known word is close. */
export function didYouMean(word: string, known: Iterable<string>, otherwise = ''): Suggestion {
  const replacement = closest(word, known);
  return replacement === undefined
    ? { advice: otherwise === '' ? '' : ` ${otherwise}` }
    : { advice: ` Did you mean '${replacement}'?`, replacement };
}
