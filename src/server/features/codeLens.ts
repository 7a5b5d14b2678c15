import type { CodeLens } from 'vscode-languageserver';
import type { Range } from '../../analysis/lineIndex.ts';
import { networkTitle } from '../networkTitle.ts';
import { isSourceCode, type AnalyzedDocument } from '../documentAnalysis.ts';
import type { Settings } from '../settings.ts';
import type { ShownNetwork } from '../shownNetworks.ts';
import { t } from '../translation.ts';

/** One line above each network: its figures, and what can be done with it. */
export function codeLenses(document: AnalyzedDocument, settings: Settings): CodeLens[] {
  if (!settings.codeLens) return [];
  return document.shown.flatMap((network) => {
    const range = rangeOf(document, network);
    if (range === null) return [];
    const lens = (title: string, command: string): CodeLens => ({
      range,
      command: { title, command, arguments: [document.uri, network.index] },
    });
    const { title, details } = networkTitle(network, document, settings);
    return [
      lens(title, 'regionLens.analyzeNetwork'),
      lens(t('Plot'), 'regionLens.showPlot'),
      lens(t('Count'), 'regionLens.countRegions'),
      ...(details === '' ? [] : [lens(details, 'regionLens.analyzeNetwork')]),
    ];
  });
}

/** Above the function or variable that makes the network; in JSON, where the name is a field, above all of it. */
function rangeOf(document: AnalyzedDocument, { analysis, locate }: ShownNetwork): Range | null {
  const { nameSpan, span } = analysis.definition;
  const isInside = !isSourceCode(document) && span.start <= nameSpan.start;
  const start = locate(isInside ? span.start : nameSpan.start);
  return start === null ? null : document.lines.rangeOf({ start, end: start });
}
