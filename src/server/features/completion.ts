import { CompletionItemKind, type CompletionItem } from 'vscode-languageserver';
import { asWritten, formatShape } from '../../network/shape.ts';
import type { NameUse, NativeNames } from '../../formats/native/nameUses.ts';
import type { AnalyzedDocument } from '../documentAnalysis.ts';
import { namesIn } from '../layerNames.ts';

/**
 * Inside `inputs`, `outputs` and `shared_with`: the names of what stands above, the nearest first. In expressions the
 * params.
 */
export function completions(document: AnalyzedDocument, offset: number): CompletionItem[] | null {
  const names = namesIn(document);
  const param = names?.uses.find(({ of, span }) => of === 'param' && span.start <= offset && offset <= span.end);
  if (names && param) return params(document, names, param);
  const place = names?.places.find(({ span }) => span.start < offset && offset <= span.end);
  if (!names || !place) return null;
  const inside = names.uses.find(({ span }) => span.start <= offset && offset <= span.end);
  // Just after a closed list or text nothing more is written.
  if (!inside && (offset === place.span.end || document.text[place.span.start] !== '[')) return null;
  const range = document.lines.rangeOf(inside?.span ?? { start: offset, end: offset });
  const known = names.things.filter(
    ({ kind, span }) => kind === 'input' || (kind === 'layer' && span.end <= place.before),
  );
  return known.reverse().map(({ name, kind }, i) => {
    const text = JSON.stringify(name);
    return {
      label: name,
      kind: kind === 'input' ? CompletionItemKind.Variable : CompletionItemKind.Reference,
      detail: detailOf(document, name),
      sortText: String(i).padStart(6, '0'),
      textEdit: { range, newText: inside ? text.slice(1, -1) : text },
    };
  });
}

/** In an expression: the params. */
function params({ lines }: AnalyzedDocument, { things }: NativeNames, { span }: NameUse): CompletionItem[] {
  const found = things.filter(({ kind }) => kind === 'param');
  return found.map(({ name }) => ({
    label: name,
    kind: CompletionItemKind.Constant,
    textEdit: { range: lines.rangeOf(span), newText: name },
  }));
}

function detailOf({ analysis }: AnalyzedDocument, name: string): string | undefined {
  const [network] = analysis.networks;
  const layer = network?.network.layers.find((each) => each.name === name);
  const tensor = layer ?? network?.network.inputs.find((each) => each.name === name);
  if (!tensor) return undefined;
  const shape = asWritten('shape' in tensor ? tensor.shape : tensor.outputShape, tensor.channelsFirst);
  return [...(layer ? [layer.type] : ['input']), formatShape(shape)].join(' → ');
}
