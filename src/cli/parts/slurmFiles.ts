/** What the batch files of a count in parts run, and where. */
export interface SlurmJob {
  /** The words that start this program. */
  readonly program: readonly string[];
  /** Where the count's own words hold. */
  readonly cwd: string;
  /** The words after `count`, without those of the part. */
  readonly count: readonly string[];
  readonly parts: number;
  /** Tasks that may run at the same time. */
  readonly atOnce?: number;
  /** Absolute. */
  readonly folder: string;
}

/**
 * A job array of all parts, and a job that merges what they have found. The merge follows the array however that ends
 * (`afterany`), since it says itself what is missing: after `afterok` one failed task would keep it waiting for ever.
 */
export function batchFiles({ program, cwd, count, parts, atOnce, folder }: SlurmJob): Record<string, string> {
  const start = `cd ${quoted(cwd)}\nexec ${program.map(quoted).join(' ')}`;
  const limit = atOnce === undefined ? '' : `%${atOnce}`;
  const output = `${quoted(`${folder}/part-`)}"$SLURM_ARRAY_TASK_ID".json`;
  return {
    'count.sbatch': `#!/bin/bash
# One part of a count. A part that is there already is not counted again.
#SBATCH --job-name=region-count
#SBATCH --array=1-${parts}${limit}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=task-%a.txt
${start} count ${count.map(quoted).join(' ')} --part "$SLURM_ARRAY_TASK_ID/${parts}" --output ${output}
`,
    'merge.sbatch': `#!/bin/bash
# The whole count in merged.jsonl, and in merge.txt what is missing.
#SBATCH --job-name=region-merge
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --output=merge.txt
${start} merge ${quoted(folder)} --json > ${quoted(`${folder}/merged.jsonl`)}
`,
    'submit.sh': `#!/bin/bash
# Submits all parts, or those of an array expression: submit.sh 2,7-9
# Options for every job can be given in SBATCH_PARTITION, SBATCH_ACCOUNT, SBATCH_TIMELIMIT and the like.
set -e
cd ${quoted(folder)}
array=$(sbatch --parsable \${1:+--array="$1"} count.sbatch)
merge=$(sbatch --parsable --dependency=afterany:"\${array%%;*}" merge.sbatch)
echo "count: job \${array%%;*}, merge: job \${merge%%;*}"
`,
  };
}

/** As one word of a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
