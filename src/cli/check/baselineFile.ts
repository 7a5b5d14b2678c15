import { readFile, writeFile } from 'node:fs/promises';
import { parseBaseline, type Baseline } from '../../analysis/check/baseline.ts';
import { systemMessage } from '../terminal.ts';
import { UsageError } from '../usage.ts';

/** Errors: UsageError for a file that is not a baseline. */
export async function readBaseline(file: string): Promise<Baseline> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(
      isMissing
        ? `there is no baseline ${file}; --write-baseline writes it`
        : `${file} cannot be read: ${systemMessage(error)}`,
    );
  });
  const baseline = parseBaseline(jsonOf(text));
  if (!baseline) throw new UsageError(`${file} is not a baseline that --write-baseline has written`);
  return baseline;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export async function writeBaseline(file: string, networks: Baseline['networks']): Promise<void> {
  const baseline: Baseline = { schemaVersion: 1, networks };
  await writeFile(file, `${JSON.stringify(baseline, null, 2)}\n`);
}
