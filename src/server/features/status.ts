import { visibleLine } from '../../report/visibleText.ts';
import type { NetworkStatus, StatusParams } from '../../protocol/server.ts';
import type { AnalyzedDocument } from '../documentAnalysis.ts';
import { networkTitle, shortTitle } from '../networkTitle.ts';
import type { Settings } from '../settings.ts';

/** What the status bar says of each network; where there are several, with its name. */
export function statusOf(document: AnalyzedDocument, settings: Settings): StatusParams['status'] {
  const isOneOfMany = document.shown.length > 1;
  const networks = document.shown.map((network): NetworkStatus => {
    const { title, details } = networkTitle(network, document, settings);
    const { span, nameSpan } = network.analysis.definition;
    const [start, end] = [Math.min(span.start, nameSpan.start), Math.max(span.end, nameSpan.end)];
    return {
      text: visibleLine(isOneOfMany ? title : shortTitle(network, document, settings)),
      tooltip: visibleLine([title, details].filter(Boolean).join(' · ')),
      from: document.lines.positionAt(network.locate(start) ?? 0).line,
      to: document.lines.positionAt(network.locate(end) ?? 0).line,
    };
  });
  return { networks, hasErrors: document.analysis.hasErrors };
}
