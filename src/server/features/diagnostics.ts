import { DiagnosticSeverity, type Diagnostic } from 'vscode-languageserver';
import type { Severity } from '../../network/definition.ts';
import type { AnalysedDocument } from '../documentAnalysis.ts';
import type { Settings } from '../settings.ts';

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

export function diagnostics(document: AnalysedDocument, settings: Settings): Diagnostic[] {
  if (settings.diagnostics === 'off') return [];
  return document.analysis.problems
    .filter(({ severity }) => settings.diagnostics === 'all' || severity === 'error')
    .map(({ code, severity, message, span }) => ({
      code,
      message,
      severity: severities[severity],
      source: 'Region Lens',
      range: document.lines.rangeOf(span),
    }));
}
