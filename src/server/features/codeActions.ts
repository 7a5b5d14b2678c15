import { CodeActionKind, TextEdit, type CodeAction, type Diagnostic, type Range } from 'vscode-languageserver';
import type { Problem } from '../../network/definition.ts';
import type { AnalysedDocument } from '../documentAnalysis.ts';

/** Quick fixes: the word that was meant; for a value that the source does not say, the comment that supplies it. */
export function codeActions(
  document: AnalysedDocument,
  range: Range,
  diagnostics: readonly Diagnostic[],
): CodeAction[] {
  const { analysis, lines } = document;
  return analysis.problems.flatMap((problem) => {
    const { supplied, replacement, span } = problem;
    if (supplied === undefined && replacement === undefined) return [];
    const place = lines.rangeOf(span);
    if (place.start.line > range.end.line || place.end.line < range.start.line) return [];
    return [
      ...(replacement === undefined ? [] : [replace(document, problem, replacement, diagnostics)]),
      ...(supplied === undefined ? [] : [supply(document, problem, supplied, diagnostics)]),
    ];
  });
}

function replace(
  { uri, text, lines }: AnalysedDocument,
  problem: Problem,
  word: string,
  diagnostics: readonly Diagnostic[],
): CodeAction {
  const quote = /^["'`]/.exec(text.slice(problem.span.start))?.[0] ?? '';
  return {
    title: `Change to '${word}'`,
    kind: CodeActionKind.QuickFix,
    diagnostics: diagnosticsOf(problem, diagnostics),
    isPreferred: true,
    edit: { changes: { [uri]: [TextEdit.replace(lines.rangeOf(problem.span), quote + word + quote)] } },
  };
}

/** Those of the editor's diagnostics that say what this problem says. */
function diagnosticsOf({ code, message }: Problem, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.filter((diagnostic) => diagnostic.code === code && diagnostic.message === message);
}

function supply(
  document: AnalysedDocument,
  problem: Problem,
  name: string,
  diagnostics: readonly Diagnostic[],
): CodeAction {
  const { uri, text, lines } = document;
  const { span } = problem;
  const { line } = lines.positionAt(span.start);
  const start = text.lastIndexOf('\n', span.start - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
  const comment = `// @region-lens ${name} = ${exampleOf(name)}`;
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  const edit = TextEdit.insert({ line, character: 0 }, `${indent}${comment}${ending}`);
  return {
    title: `Supply ${name} in a comment: ${comment}`,
    kind: CodeActionKind.QuickFix,
    diagnostics: diagnosticsOf(problem, diagnostics),
    isPreferred: true,
    edit: { changes: { [uri]: [edit] } },
  };
}

/** A value of the right kind, to be changed by the author. */
const examples: readonly [RegExp, string][] = [
  [/shape$/i, '[2]'],
  [/^activation$/i, "'relu'"],
  [/^(kernel|pool)_?size$/i, '3'],
  [/^(strides?|dilation_?rate|groups)$/i, '1'],
  [/^(is|has|use|with)(?=[A-Z_]|$)/, 'true'],
  [/(sizes|widths|layers|units_?list|hidden)$/i, '[64, 64]'],
  [/(depth|count|blocks?|num.*)$/i, '2'],
];

function exampleOf(name: string): string {
  return examples.find(([pattern]) => pattern.test(name))?.[1] ?? '64';
}
