import { DiagnosticSeverity, type Diagnostic } from 'vscode-languageserver';
import { DOCUMENTATION } from '../../common/documentation.ts';
import type { Severity, Span } from '../../network/definition.ts';
import type { AnalyzedDocument } from '../documentAnalysis.ts';
import type { Settings } from '../settings.ts';

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/**
 * The problems of a document. Errors of grammar are left to the language's own extension, and where the grammar is
 * broken nothing is said of the layer around it: it is still being typed.
 */
export function diagnostics(document: AnalyzedDocument, settings: Settings): Diagnostic[] {
  if (settings.diagnostics === 'off') return [];
  const unfinished = unfinishedParts(document);
  return document.analysis.problems
    .filter(({ severity }) => settings.diagnostics === 'all' || severity === 'error')
    .filter(({ code }) => code !== 'syntax')
    .filter(({ code, span }) => code !== 'bottleneck' || (settings.bottlenecks && !isSilenced(document, code, span)))
    .filter(({ span }) => !unfinished.some(({ start, end }) => span.start <= end && start <= span.end))
    .map(({ code, severity, message, span }) => ({
      code,
      message,
      severity: severities[severity],
      source: 'Region Lens',
      ...(explanations.has(code) ? { codeDescription: { href: DOCUMENTATION + explanations.get(code) } } : {}),
      range: document.lines.rangeOf(span),
    }));
}

/** The layers in which the grammar is broken, and the places themselves. */
function unfinishedParts({ analysis }: AnalyzedDocument): Span[] {
  const broken = analysis.problems.filter(({ code }) => code === 'syntax').map(({ span }) => span);
  const layers = analysis.networks.flatMap(({ definition }) => definition.layers);
  return broken.flatMap((place) => {
    const around = layers.filter(({ span }) => span.start <= place.end && place.start <= span.end);
    return [place, ...around.map(({ span }) => span)];
  });
}

/** `@region-lens ignore bottleneck` in a comment on the line, or on the line above it. */
function isSilenced({ lines, text }: AnalyzedDocument, code: string, span: Span): boolean {
  const { line } = lines.positionAt(span.start);
  const ignored = text.slice(lines.offsetOf(Math.max(0, line - 1)), lines.offsetOf(line + 1)).matchAll(SILENCE);
  return [...ignored].some(([, named]) => named === code);
}

const SILENCE = /@region-lens\s+ignore\s+([\w-]+)/g;

/** Where the documentation explains what a diagnostic is about. */
const explanations: ReadonlyMap<string, string> = new Map([
  ['bottleneck', 'diagnostics.md#bottleneck'],
  ['not-piecewise-linear', 'diagnostics.md#not-piecewise-linear'],
  ['unknown-activation', 'diagnostics.md#unknown-activation'],
  ['unknown-layer', 'diagnostics.md#unknown-layer'],
  ['unknown-field', 'diagnostics.md#unknown-field'],
  ['unknown-input', 'diagnostics.md#unknown-input'],
  ['unknown-value', 'diagnostics.md#unknown-value'],
  ['shape-mismatch', 'diagnostics.md#shape-mismatch'],
]);
