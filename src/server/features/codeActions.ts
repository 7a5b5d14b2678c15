import { CodeActionKind, TextEdit, type CodeAction, type Diagnostic, type Range } from 'vscode-languageserver';
import type { Problem, Span } from '../../network/definition.ts';
import type { AnalyzedDocument } from '../documentAnalysis.ts';
import { t } from '../translation.ts';

/** Quick fixes: the word that was meant; for a value that the source does not say, the comment that supplies it. */
export function codeActions(
  document: AnalyzedDocument,
  range: Range,
  diagnostics: readonly Diagnostic[],
): CodeAction[] {
  const { analysis, lines } = document;
  return analysis.problems.flatMap((problem) => {
    const { supplied, replacement, span } = problem;
    if (supplied === undefined && replacement === undefined) return [];
    const place = lines.rangeOf(span);
    if (place.start.line > range.end.line || place.end.line < range.start.line) return [];
    if (replacement !== undefined) return [replace(document, problem, replacement, diagnostics)];
    if (supplied === undefined) return [];
    const all = supplyAll(document, problem, diagnostics);
    return [...all, { ...supply(document, problem, supplied, diagnostics), isPreferred: all.length === 0 }];
  });
}

function replace(
  { uri, text, lines }: AnalyzedDocument,
  problem: Problem,
  word: string,
  diagnostics: readonly Diagnostic[],
): CodeAction {
  const quote = /^["'`]/.exec(text.slice(problem.span.start))?.[0] ?? '';
  return {
    title: t("Change to '{0}'", word),
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

/** One comment for each value that a network does not know, above the function that makes it. */
function supplyAll(document: AnalyzedDocument, problem: Problem, diagnostics: readonly Diagnostic[]): CodeAction[] {
  const { analysis, lines, text } = document;
  const network = analysis.networks.find(({ definition: { span } }) => contains(span, problem.span));
  if (problem.unknown === undefined || !network) return [];
  const { nameSpan } = network.definition;
  const { line } = lines.positionAt(nameSpan.start);
  const head = text.slice(lines.offsetOf(line), lines.offsetOf(line + 1));
  if (!FUNCTION.test(head) || nameSpan.start >= problem.span.start) return [];
  const inside = analysis.readingProblems.filter(({ span }) => contains(network.definition.span, span));
  const names = [
    ...new Set(inside.flatMap(({ unknown }) => (unknown !== undefined && PATH.test(unknown) ? [unknown] : []))),
  ];
  if (!names.includes(problem.unknown)) return [];
  return [
    {
      title: t('Supply {0} above {1}', names.join(', '), network.network.name),
      kind: CodeActionKind.QuickFix,
      diagnostics: diagnosticsOf(problem, diagnostics),
      isPreferred: true,
      edit: { changes: { [document.uri]: [commentsAbove(document, line, names)] } },
    },
  ];
}

const FUNCTION = /\bfunction\b|=>/;
const PATH = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*$/;

function contains(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** Inserts a directive for each name, indented as the line below. */
function commentsAbove({ text, lines, fileName }: AnalyzedDocument, line: number, names: readonly string[]): TextEdit {
  const indent = /^[ \t]*/.exec(text.slice(lines.offsetOf(line)))?.[0] ?? '';
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  const comments = names.map((name) => `${indent}${directive(name, fileName)}${ending}`);
  return TextEdit.insert({ line, character: 0 }, comments.join(''));
}

function directive(name: string, fileName: string): string {
  return `${/\.(?:pyw?|ipynb)$/i.test(fileName) ? '#' : '//'} @region-lens ${name} = ${exampleOf(name.replace(/^.*\./, ''))}`;
}

function supply(
  document: AnalyzedDocument,
  problem: Problem,
  name: string,
  diagnostics: readonly Diagnostic[],
): CodeAction {
  const { uri, lines } = document;
  const { line } = lines.positionAt(problem.span.start);
  const edit = commentsAbove(document, line, [name]);
  return {
    title: t('Supply {0} in a comment: {1}', name, directive(name, document.fileName)),
    kind: CodeActionKind.QuickFix,
    diagnostics: diagnosticsOf(problem, diagnostics),
    edit: { changes: { [uri]: [edit] } },
  };
}

/** A value of the right kind, to be changed by the author. */
const examples: readonly [RegExp, string][] = [
  [/^inputs?$/, '(3, 32, 32)'],
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
