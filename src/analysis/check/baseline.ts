import { z } from 'zod';
import type { Magnitude } from '../../theory/numbers/magnitude.ts';
import { log10ErrorOf } from '../../theory/numbers/magnitude.ts';
import type { NetworkAnalysis } from '../analyze.ts';
import { formatMagnitude } from '../../common/formatFigures.ts';
import { checkedFigure } from './evaluate.ts';
import type { CheckResult } from './results.ts';

const REGIONS = ['atMost', 'canReach', 'expected'] as const;
const COSTS = ['parameters', 'multiplyAdds'] as const;
const WORDS = {
  atMost: 'at most',
  canReach: 'can reach',
  expected: 'expected',
  parameters: 'parameters',
  multiplyAdds: 'multiply-adds',
} as const;

const figure = z.strictObject({
  /** All digits, where they are known. */
  value: z.string().regex(/^\d+$/).nullable(),
  log10: z.number(),
  log10Error: z.number().min(0),
  /** Of a mean: the formula, which says on what domain it is. */
  bound: z.string().optional(),
});

const network = z.strictObject({
  file: z.string(),
  network: z.string(),
  ...Object.fromEntries([...REGIONS, ...COSTS].map((id) => [id, figure.nullable()])),
} as { file: z.ZodString; network: z.ZodString } & Record<keyof typeof WORDS, z.ZodNullable<typeof figure>>);

const baseline = z.strictObject({ schemaVersion: z.literal(1), networks: z.array(network) });

export type Baseline = z.infer<typeof baseline>;
type BaselineNetwork = z.infer<typeof network>;
type BaselineFigure = z.infer<typeof figure>;

/** The parsed text of a baseline, or null for what is none. */
export function parseBaseline(value: unknown): Baseline | null {
  const result = baseline.safeParse(value);
  return result.success ? result.data : null;
}

/** The figures of a network that later states are compared with. */
export function baselineOf(file: string, analysis: NetworkAnalysis): BaselineNetwork {
  const kept = (id: keyof typeof WORDS): BaselineFigure | null => {
    const { value } = checkedFigure(analysis, id);
    if (value === null) return null;
    const { exact, log10, log10Error } = value;
    const bound = id === 'expected' && analysis.mean ? { bound: analysis.mean.id } : {};
    return { value: exact?.toString() ?? null, log10: Math.max(log10, 0), log10Error, ...bound };
  };
  return {
    file,
    network: analysis.network.name,
    atMost: kept('atMost'),
    canReach: kept('canReach'),
    expected: kept('expected'),
    parameters: kept('parameters'),
    multiplyAdds: kept('multiplyAdds'),
  };
}

/**
 * What has changed since. A number of regions that fell by more than `tolerance`, a share of it, fails; other changes
 * are reported and pass.
 */
export function compareWithBaseline(
  file: string,
  earlier: BaselineNetwork,
  analysis: NetworkAnalysis,
  tolerance: number,
): CheckResult[] {
  const now = baselineOf(earlier.file, analysis);
  const { nameSpan, span } = analysis.definition;
  const result = (passed: boolean, message: string): CheckResult => ({
    check: 'baseline',
    file,
    network: earlier.network,
    passed,
    message,
    span: nameSpan.end > nameSpan.start ? nameSpan : span,
  });
  const changes = [...REGIONS, ...COSTS].flatMap((id): CheckResult[] => {
    const [before, after] = [earlier[id], now[id]];
    if (before === null) return [];
    const isRegions = REGIONS.some((one) => one === id);
    if (after === null) {
      const found = checkedFigure(analysis, id);
      const reason = found.value === null ? found.reason : '';
      return [
        result(
          !isRegions,
          `${WORDS[id]} ${shownOf(before)} in the baseline, and now there is no such figure: ${reason}`,
        ),
      ];
    }
    if (before.bound !== after.bound)
      return [
        result(
          true,
          `${WORDS[id]} cannot be compared with the baseline: it is ${after.bound} now, and was ${before.bound}`,
        ),
      ];
    const change = changeOf(before, after);
    if (change === 0) return [];
    const message = `${WORDS[id]} ${change < 0 ? 'fell' : 'rose'} from ${shownOf(before)} to ${shownOf(after)} since the baseline`;
    const hasFallen = isRegions && change < 0 && !isTolerated(before, after, tolerance);
    return [result(!hasFallen, message)];
  });
  return changes.length > 0 ? changes : [result(true, 'no figure changed since the baseline')];
}

/** Zero where the two are equal as far as they are known. */
function changeOf(before: BaselineFigure, after: BaselineFigure): number {
  if (before.value !== null && after.value !== null) return Number(BigInt(after.value) - BigInt(before.value));
  const difference = after.log10 - before.log10;
  return Math.abs(difference) <= uncertainty(before, after) ? 0 : difference;
}

function isTolerated(before: BaselineFigure, after: BaselineFigure, tolerance: number): boolean {
  return tolerance > 0 && after.log10 >= before.log10 + Math.log10(1 - tolerance) - uncertainty(before, after);
}

function uncertainty(before: BaselineFigure, after: BaselineFigure): number {
  return log10ErrorOf(magnitude(before)) + log10ErrorOf(magnitude(after));
}

function shownOf(figure: BaselineFigure): string {
  return formatMagnitude(magnitude(figure));
}

function magnitude({ value, log10, log10Error }: BaselineFigure): Magnitude {
  return { exact: value === null ? null : BigInt(value), log10, log10Error };
}
