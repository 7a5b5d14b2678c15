import type { Problem, Span } from '../../../network/definition.ts';

/** Problems, each once: one layer can be in several networks. */
export class ProblemList {
  readonly list: Problem[] = [];
  private readonly seen = new Set<string>();

  add(problems: readonly Problem[]): void {
    for (const problem of problems) {
      const key = `${problem.code} ${problem.span.start} ${problem.span.end} ${problem.message}`;
      if (this.seen.has(key)) continue;
      this.seen.add(key);
      this.list.push(problem);
    }
  }
}

/** Says that a part of the source was not followed to its end. */
export function stopProblem({ start, end }: Span): Problem {
  const message = 'Following this takes too many steps: networks that are built here may be missing or incomplete.';
  return { code: 'too-complex', severity: 'information', message, span: { start, end: Math.min(end, start + 40) } };
}

/** From the first of several places to the last. */
export function hull(spans: readonly Span[]): Span {
  return {
    start: spans.reduce((least, { start }) => Math.min(least, start), Infinity),
    end: spans.reduce((greatest, { end }) => Math.max(greatest, end), 0),
  };
}
