import { SymbolKind, type DocumentSymbol } from 'vscode-languageserver';
import type { Range } from '../../analysis/lineIndex.ts';
import { asWritten, formatShape } from '../../network/shape.ts';
import { comparePositions, isSourceCode, type AnalyzedDocument } from '../documentAnalysis.ts';
import { describeActivation } from '../words.ts';

/**
 * The outline: networks, and in each its layers with shapes. Programs have an outline of their own, which the editor's
 * breadcrumbs show.
 */
export function documentSymbols(document: AnalyzedDocument): DocumentSymbol[] {
  if (isSourceCode(document)) return [];
  const { lines } = document;
  return document.analysis.networks.map(({ definition, network }) => {
    const byDefinition = new Map(network.layers.map((layer) => [layer.definition, layer]));
    const children = definition.layers.map((written, i): DocumentSymbol => {
      const layer = byDefinition.get(i);
      const activation = written.activation.name === 'linear' ? '' : ` ${describeActivation(written.activation.name)}`;
      const range = lines.rangeOf(written.span);
      const name = written.fields.name ? within(range, lines.rangeOf(written.fields.name)) : range;
      return {
        name: written.name || '(no name)',
        detail: layer
          ? `${written.type}${activation} → ${formatShape(asWritten(layer.outputShape, layer.channelsFirst))}`
          : written.type,
        kind: SymbolKind.Field,
        range,
        selectionRange: name,
      };
    });
    const range = lines.rangeOf(definition.span);
    const name = network.name || '(no name)';
    return {
      name,
      kind: SymbolKind.Class,
      range,
      selectionRange: within(range, lines.rangeOf(definition.nameSpan)),
      children,
    };
  });
}

/** The protocol wants the selection inside the range; a name written elsewhere (a variable) is not. */
function within(range: Range, selection: Range): Range {
  const inside = comparePositions(range.start, selection.start) <= 0 && comparePositions(selection.end, range.end) <= 0;
  return inside ? selection : { start: range.start, end: range.start };
}
