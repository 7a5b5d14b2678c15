import { formatCount, formatNumber } from '../common/formatFigures.ts';
import { meanOf, spreadOf } from '../analysis/statistics.ts';
import { domainJson, type Domain } from '../common/place.ts';
import type { CountMethod, CountResult } from '../counting/count.ts';

/** Counts of one network with several seeds, for a comparison. */
export interface CountedNetworks {
  readonly method: CountMethod;
  readonly firstSeed: number;
  /** Random networks that were asked for; fewer results where the count was stopped. */
  readonly asked: number;
  readonly results: readonly CountResult[];
  readonly domain: Domain | null;
  /** Why nothing was counted, as a sentence. */
  readonly refused: string | null;
}

/** The published JSON form. `exact: false`: the mean is a lower bound, or not all networks were counted. */
export function countedJson(
  { method, firstSeed, asked, results, domain, refused }: CountedNetworks,
  parameters: number,
) {
  const regions = results.map(({ activationRegions }) => activationRegions);
  const spread = spreadOf(regions);
  return {
    method,
    domain: domain && domainJson(domain),
    firstSeed,
    networksAsked: asked,
    networks: results.length,
    exact: isComplete({ results, asked }),
    mean: spread?.mean ?? null,
    standardError: spread?.standardError ?? null,
    perLayer:
      results.length === 0 ? null : results[0].perLayer.map((_, i) => meanOf(results.map((r) => r.perLayer[i]))),
    regionsPerParameter: spread && parameters > 0 ? { log10: Math.log10(spread.mean / parameters) } : null,
    reason: refused,
  };
}

function isComplete({ results, asked }: Pick<CountedNetworks, 'results' | 'asked'>): boolean {
  return results.length === asked && results.every(({ exact }) => exact);
}

/** `2,217`; `≥ 2,217` where a limit ended a count; a dash where nothing was counted. */
export function countedCells(counted: CountedNetworks | null, parameters: number): [string, string] {
  const mean = counted && (spreadOf(counted.results.map(({ activationRegions }) => activationRegions))?.mean ?? null);
  if (counted === null || mean === null) return ['–', '–'];
  const bound = counted.results.every(({ exact }) => exact) ? '' : '≥ ';
  const ratio = parameters > 0 ? bound + formatNumber(mean / parameters) : '–';
  return [bound + formatCount(mean), ratio];
}

/** `counted (plane, 8 networks)`. */
export function countedHead(method: CountMethod, asked: number): string {
  return `counted (${method}, ${asked} ${asked === 1 ? 'network' : 'networks'})`;
}

/** What a count did not finish, as sentences. */
export function countedNotes(name: string, { results, asked, refused }: CountedNetworks): string[] {
  const stopped = results.filter(({ exact }) => !exact).length;
  return [
    ...(refused === null ? [] : [`${name} was not counted: ${refused}`]),
    ...(stopped > 0
      ? [`${name}: ${stopped} of ${results.length} counts ended early, so the mean is a lower bound.`]
      : []),
    ...(refused === null && results.length < asked
      ? [`${name}: ${results.length} of ${asked} networks were counted.`]
      : []),
  ];
}
