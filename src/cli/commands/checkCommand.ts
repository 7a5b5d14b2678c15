import { writeFile } from 'node:fs/promises';
import { version } from '../../../package.json';
import { parseArguments, type Output } from '../io.ts';
import {
  CHECK_FORMATS,
  checkJson,
  checkTable,
  type CheckFormat,
  type LocatedResult,
} from '../../report/checkReport.ts';
import { junitXml } from '../../report/junit.ts';
import { sarifLog } from '../../report/sarif.ts';
import { readBaseline, writeBaseline } from '../check/baselineFile.ts';
import { runChecks } from '../check/checkFiles.ts';
import { readExpectations } from '../check/expectationsFile.ts';
import { parseBudget, UsageError } from '../usage.ts';

/** `region-lens check`. Returns the exit code: 1 where anything failed. */
export async function checkCommand(words: readonly string[], output: Output): Promise<number> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArguments(words, {
    expectations: text,
    format: text,
    output: text,
    baseline: text,
    'write-baseline': { type: 'boolean' },
    budget: text,
  });
  const format = CHECK_FORMATS.find((name) => name === (values.format ?? 'table'));
  if (!format) throw new UsageError(`--format is one of ${CHECK_FORMATS.join(', ')}`);
  const options = { budget: parseBudget(values.budget) };
  const expectations = await readExpectations(values.expectations);
  const baselineFile = values.baseline ?? expectations.baselineFile;
  const isWriting = values['write-baseline'] === true;
  if (isWriting && baselineFile === undefined) throw new UsageError('--write-baseline needs --baseline FILE');
  const baseline = isWriting || baselineFile === undefined ? null : await readBaseline(baselineFile);
  const { results, figures } = await runChecks({ files: positionals, expectations, baseline, options });
  if (isWriting && baselineFile !== undefined) {
    await writeBaseline(baselineFile, figures);
    output.error(
      `${baselineFile}: the figures of ${figures.length} ${figures.length === 1 ? 'network' : 'networks'} were written`,
    );
  }
  if (values.output === undefined) output.line(reportOf(results, format));
  else {
    await writeFile(values.output, `${reportOf(results, format).trimEnd()}\n`);
    output.line(checkTable(results));
  }
  return results.every(({ passed }) => passed) ? 0 : 1;
}

function reportOf(results: readonly LocatedResult[], format: CheckFormat): string {
  switch (format) {
    case 'table':
      return checkTable(results);
    case 'json':
      return JSON.stringify(checkJson(results));
    case 'sarif':
      return JSON.stringify(sarifLog(results, version), null, 2);
    case 'junit':
      return junitXml(results);
  }
}
