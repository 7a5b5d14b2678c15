import { chmodSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MAX_PARTS } from '../../counting/countParts.ts';
import { readCounted } from '../counts/counted.ts';
import { COUNT_OPTIONS, countWordsOf } from '../counts/countOptions.ts';
import { parseArguments, type Output } from '../io.ts';
import { batchFiles } from '../parts/slurmFiles.ts';
import { planParts, settlePlan } from '../parts/plan.ts';
import { writeWhole } from '../parts/write.ts';
import { parseCount, UsageError } from '../usage.ts';

const text = { type: 'string' } as const;
const OPTIONS = { ...COUNT_OPTIONS, tasks: text, 'at-once': text } as const;

/** `region-lens slurm`: writes the plan of a count in parts and its batch files. Returns the exit code. */
export async function slurmCommand(words: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArguments(words, OPTIONS);
  const { tasks, 'at-once': most, output: folder, ...rest } = values;
  const parts = parseCount(tasks, 'tasks', 1, MAX_PARTS);
  const atOnce = parseCount(most, 'at-once', 1, MAX_PARTS);
  if (parts === undefined) throw new UsageError('slurm needs --tasks N, the number of parts');
  if (folder === undefined) throw new UsageError('slurm needs --output DIR, the folder of the parts');
  for (const option of ['part', 'runs', 'workers', 'regions', 'json'] as const)
    if (rest[option] !== undefined) throw new UsageError(`--${option} is not for slurm`);
  const asked = countWordsOf(rest, positionals);
  const counted = await readCounted(asked, output);
  if (counted === null) return 1;
  try {
    const { plan } = await planParts(counted, { ...asked, parts, folder });
    const other = settlePlan(folder, plan);
    if (other !== null) {
      output.error(`${folder}: ${other}`);
      return 1;
    }
    const again = Object.entries(rest).map(([name, value]) => (value === true ? `--${name}` : `--${name}=${value}`));
    const files = batchFiles({
      program: [process.execPath, resolve(process.argv[1])],
      cwd: process.cwd(),
      count: [asked.file, ...again],
      parts,
      atOnce,
      folder: resolve(folder),
    });
    for (const [name, content] of Object.entries(files)) writeWhole(join(folder, name), content);
    chmodSync(join(folder, 'submit.sh'), 0o755);
    output.line(`${parts} parts: start them with ${join(folder, 'submit.sh')}`);
    return 0;
  } catch (error) {
    output.error(`${asked.file}:1:1: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}
