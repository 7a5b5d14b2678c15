import type { CodeLens } from 'vscode-languageserver';
import type { NetworkAnalysis } from '../../analysis/analyze.ts';
import { formatMagnitude } from '../../analysis/quantities.ts';
import { totalParameters } from '../../network/parameters.ts';
import type { BoundResult } from '../../theory/bound.ts';
import type { AnalysedDocument } from '../documentAnalysis.ts';
import type { Settings } from '../settings.ts';
import { mainBounds, meanDomain, plural } from '../words.ts';

/** One line above each network: its figures, and what can be done with it. */
export function codeLenses(document: AnalysedDocument, settings: Settings): CodeLens[] {
  if (!settings.codeLens) return [];
  return document.analysis.networks.flatMap((analysis, network) => {
    // Above the name, or above all of it where the name is written inside.
    const { nameSpan, span } = analysis.definition;
    const range = document.lines.rangeOf(
      nameSpan.start < span.start ? nameSpan : { start: span.start, end: span.start },
    );
    const lens = (title: string, command: string): CodeLens => ({
      range,
      command: { title, command, arguments: [document.uri, network] },
    });
    return [
      lens(lensTitle(analysis, settings), 'regionLens.analyzeNetwork'),
      lens('Plot', 'regionLens.showPlot'),
      lens('Count', 'regionLens.countRegions'),
    ];
  });
}

/** `regions ≤ 10^7.44 · reaches 10^6.93 · expected 2,311 on [−1, 1]² · 1,297 parameters` */
export function lensTitle(analysis: NetworkAnalysis, { notation }: Pick<Settings, 'notation'>): string {
  const { atMost, canReach, expected } = mainBounds(analysis);
  const figure = (before: string, bound: BoundResult | undefined, after = '') =>
    bound?.value ? [before + formatMagnitude(bound.value, notation) + after] : [];
  const domain = expected ? ` on ${meanDomain(analysis.network.inputSize, expected)}` : '';
  const bends = analysis.network.layers.some((layer) => layer.neurons > 0);
  const figures = [
    ...figure('regions ≤ ', atMost),
    ...figure('reaches ', canReach),
    ...figure('expected ', expected, domain),
  ];
  const parameters = totalParameters(analysis.network.layers);
  const parts = [
    ...(bends ? figures : ['no piecewise-linear units']),
    ...(parameters === null ? [] : [plural(parameters, 'parameter')]),
  ];
  if (!analysis.network.complete) parts.push('some layers could not be read');
  return parts.join(' · ');
}
