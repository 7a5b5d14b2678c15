import { comparedDefinition, type BaselineRole } from '../../analysis/designs/baselines.ts';
import { compareNetworks } from '../../analysis/designs/compare.ts';
import { regionsPerParameter, type NetworkFigures } from '../../analysis/designs/figures.ts';
import { writeNative } from '../../formats/native/write.ts';
import { buildNetwork } from '../../network/build.ts';
import { analyzedLayers } from '../../network/network.ts';
import type { ComparedBound, ComparedFigures, ComparedRow, PanelComparison } from '../../protocol/runs.ts';
import type { ComparedText } from '../../protocol/server.ts';
import type { BoundResult } from '../../theory/bound.ts';
import type { BoundId } from '../../theory/boundIds.ts';
import { boundFacts } from '../../theory/registry.ts';
import type { AnalyzedDocument } from '../documentAnalysis.ts';
import { meanDomain } from '../words.ts';
import { quantity } from './series.ts';
import { t } from '../translation.ts';

/** Networks of several documents held against each other. */

export interface Compared {
  readonly document: AnalyzedDocument;
  /** Positions of the networks meant, in this order; all of them where there is none. */
  readonly networks: readonly number[] | null;
}

export function panelComparison(
  all: readonly Compared[],
  counterparts: boolean,
  problems: readonly string[],
): PanelComparison {
  const wanted = networksOf(all);
  const named = wanted.map(({ document, analysis }) => ({ file: document.fileName, network: analysis.network }));
  const { rows, mean } = compareNetworks(named, {}, counterparts);
  let at = -1;
  const result = rows.map((row): ComparedRow => {
    if (row.role === 'network') at++;
    return {
      key: rowKey(wanted[at], row.role),
      file: row.file,
      name: row.name,
      role: row.role,
      how: row.how,
      figures: row.measures && figures(row.measures, mean),
    };
  });
  const sizes = wanted.map(({ analysis }) => analysis.network.inputSize);
  return { rows: result, mean: mean && commonDomain(mean, sizes), problems };
}

/** The network of a row, which may be a counterpart, written out for counting. */
export function comparedText(all: readonly Compared[], row: string): ComparedText | null {
  for (const one of networksOf(all)) {
    const role = ROLES.find((each) => rowKey(one, each) === row);
    const definition = role && comparedDefinition(one.analysis.definition, one.analysis.network, role);
    if (!definition) continue;
    const layers = analyzedLayers(buildNetwork(definition).network).filter(({ neurons }) => neurons > 0);
    return { text: writeNative(definition).text, layers: layers.map(({ index }) => index) };
  }
  return null;
}

const ROLES: readonly ('network' | BaselineRole)[] = ['network', 'dense-same-parameters', 'shallow-same-neurons'];

function networksOf(all: readonly Compared[]) {
  return all.flatMap(({ document, networks }) =>
    (networks ?? document.analysis.networks.map((_, position) => position)).flatMap((position) => {
      const analysis = document.analysis.networks[position];
      return analysis ? [{ document, analysis, position }] : [];
    }),
  );
}

function rowKey({ document, position }: ReturnType<typeof networksOf>[number], role: ComparedRow['role']): string {
  return `${document.uri}#${position}/${role}`;
}

/** What the mean is for in all networks, whose inputs may be of different numbers. */
function commonDomain(mean: BoundId, inputSizes: readonly number[]): string | null {
  const [first] = inputSizes;
  if (first === undefined) return null;
  if (inputSizes.every((size) => size === first)) return meanDomain(first, boundFacts[mean]);
  return boundFacts[mean].domainDimension === 1 ? t('the diagonal of {0}', '[−1, 1]ⁿ') : '[−1, 1]²';
}

function figures(measures: NetworkFigures, mean: string | null): ComparedFigures {
  const { inputSize, neurons, parameters, upper, lower, means, layers } = measures;
  const bound = (result: BoundResult | null | undefined): ComparedBound | null => {
    if (!result?.value) return null;
    const ratio = regionsPerParameter(result, parameters);
    return {
      total: quantity(result.value),
      perLayer: layers.map(({ index }) => result.perLayer?.[index]?.log10 ?? null),
      perParameter: ratio && quantity(ratio),
    };
  };
  return {
    inputSize,
    neurons,
    parameters,
    layerNames: layers.map(({ name }) => name),
    atMost: bound(upper),
    canReach: bound(lower),
    expected: bound(means.find(({ id }) => id === mean)),
  };
}
