import { CHECKS } from '../analysis/check/results.ts';
import type { LocatedResult } from './checkReport.ts';

const INFORMATION = 'https://github.com/region-lens/region-lens';

/**
 * The failures as a log of SARIF 2.1.0 (OASIS 2020), which code scanning shows at their lines. Files are named by their
 * paths from the folder in which the check runs.
 */
export function sarifLog(results: readonly LocatedResult[], version: string) {
  const ids = Object.keys(CHECKS);
  const rules = Object.entries(CHECKS).map(([id, text]) => ({
    id,
    name: `${id[0].toUpperCase()}${id.slice(1)}`,
    shortDescription: { text: `${text}.` },
    defaultConfiguration: { level: 'error' },
  }));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Region Lens', version, informationUri: INFORMATION, rules } },
        columnKind: 'utf16CodeUnits',
        results: results.filter(({ passed }) => !passed).map((result) => resultOf(result, ids)),
      },
    ],
  };
}

function resultOf({ check, file, network, message, range }: LocatedResult, ids: readonly string[]) {
  const { start, end } = range;
  return {
    ruleId: check,
    ruleIndex: ids.indexOf(check),
    level: 'error',
    message: { text: network === null ? message : `${network}: ${message}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          region: {
            startLine: start.line + 1,
            startColumn: start.character + 1,
            endLine: end.line + 1,
            endColumn: end.character + 1,
          },
        },
        ...(network !== null && { logicalLocations: [{ name: network }] }),
      },
    ],
  };
}

function uriOf(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/');
}
