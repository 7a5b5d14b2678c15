import { ErrorCodes, ResponseError, type WorkspaceEdit } from 'vscode-languageserver';
import { usesOf } from '../../formats/native/nameUses.ts';
import { isParamName } from '../../formats/native/paramUses.ts';
import type { Range } from '../../analysis/lineIndex.ts';
import type { AnalyzedDocument } from '../documentAnalysis.ts';
import { findName } from '../layerNames.ts';
import { t } from '../translation.ts';

/** The name to rename; null where none is, or where it is made up and stands nowhere. */
export function renameRange(document: AnalyzedDocument, offset: number): Range | null {
  const found = findName(document, offset);
  return found?.thing.written ? document.lines.rangeOf(found.span) : null;
}

/** Another name for a layer, an input or a param, where it is given and everywhere it is used. */
export function renameAt(
  document: AnalyzedDocument,
  offset: number,
  newName: string,
): WorkspaceEdit | ResponseError | null {
  const found = findName(document, offset);
  if (!found?.thing.written) return null;
  const { names, thing } = found;
  if (newName.trim() === '') return new ResponseError(ErrorCodes.InvalidParams, t('A name must not be empty.'));
  const isParam = thing.kind === 'param';
  if (isParam && !isParamName(newName))
    return new ResponseError(ErrorCodes.InvalidParams, t('{0} cannot be named in an expression.', newName));
  if (
    newName !== thing.name &&
    names.things.some(({ name, kind }) => name === newName && (kind === 'param') === isParam)
  ) {
    return new ResponseError(ErrorCodes.InvalidParams, t('There is already something named {0}.', newName));
  }
  const newText = JSON.stringify(newName).slice(1, -1);
  const spans = [found.thing.written, ...usesOf(names, thing)];
  return { changes: { [document.uri]: spans.map((span) => ({ range: document.lines.rangeOf(span), newText })) } };
}
