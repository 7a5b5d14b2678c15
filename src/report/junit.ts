import type { LocatedResult } from './checkReport.ts';
import { visibleLine } from './visibleText.ts';

/** The results as the XML of JUnit, a suite for each file, which most CI systems show as tests. */
export function junitXml(results: readonly LocatedResult[]): string {
  const files = [...new Set(results.map(({ file }) => file))];
  const suites = files.map((file) =>
    suiteXml(
      file,
      results.filter((result) => result.file === file),
    ),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="Region Lens" ${counts(results)}>\n${suites.join('')}</testsuites>\n`;
}

function suiteXml(file: string, results: readonly LocatedResult[]): string {
  return `  <testsuite name="${escaped(file)}" ${counts(results)}>\n${results.map(caseXml).join('')}  </testsuite>\n`;
}

function caseXml({ file, network, check, passed, message, range }: LocatedResult): string {
  const name = `${network === null ? '' : `${network}: `}${check}`;
  const head = `    <testcase name="${escaped(name)}" classname="${escaped(file)}"`;
  if (passed) return `${head}/>\n`;
  const place = `${file}:${range.start.line + 1}:${range.start.character + 1}`;
  return `${head}>\n      <failure message="${escaped(message)}" type="${check}">${escaped(`${place}: ${message}`)}</failure>\n    </testcase>\n`;
}

function counts(results: readonly LocatedResult[]): string {
  return `tests="${results.length}" failures="${results.filter(({ passed }) => !passed).length}" errors="0" skipped="0"`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML has no form for control characters and single surrogates: they become visible. */
function escaped(text: string): string {
  return visibleLine(text)
    .replace(/[&<>"]/g, (character) => ENTITIES[character])
    .replace(/[\uFFFE\uFFFF]/g, '');
}
