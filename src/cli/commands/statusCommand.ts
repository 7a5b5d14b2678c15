import { formatCount, formatSeconds } from '../../common/formatFigures.ts';
import { SCHEMA_VERSION } from '../../report/reportJson.ts';
import { parseArguments, type Output } from '../io.ts';
import { arrayExpression, findParts, regionsOf, type PartsFound } from '../parts/folder.ts';
import { readPlan } from '../parts/plan.ts';
import { UsageError } from '../usage.ts';

/** `region-lens status`: how far the parts in a folder are. Returns the exit code. */
export function statusCommand(words: readonly string[], output: Output): number {
  const { values, positionals } = parseArguments(words, { json: { type: 'boolean' } });
  if (positionals.length !== 1) throw new UsageError('status needs one DIR, the folder of the parts');
  const [folder] = positionals;
  const plan = readPlan(folder);
  if (typeof plan === 'string') {
    output.error(`${folder}: ${plan}`);
    return 1;
  }
  const status = statusOf(findParts(folder, plan));
  output.line(values.json ? JSON.stringify(status) : sentences(status));
  return 0;
}

/** The published JSON form. `regions` are those of all parts so far. */
function statusOf({ plan, parts, running, missing, stopped, unusable }: PartsFound) {
  const now = Date.now();
  const begun = new Set(running.map(({ part }) => part));
  return {
    schemaVersion: SCHEMA_VERSION,
    parts: plan.parts,
    done: parts.size - stopped.length,
    regions: [...[...parts.values()].map(regionsOf), ...running.map(({ regions }) => regions)].reduce(
      (a, b) => a + b,
      0,
    ),
    running: running.map(({ part, fraction, regions, time }) => ({
      part,
      fraction: Math.min(
        1,
        fraction * (plan.repeat > 1 ? plan.repeat / Math.ceil(plan.repeat / plan.parts) : plan.parts),
      ),
      regions,
      secondsSinceReport: Math.max(0, (now - time) / 1000),
    })),
    missing: missing.filter((part) => !begun.has(part)),
    stopped,
    unusable,
  };
}

function sentences({ parts, done, regions, running, missing, stopped, unusable }: ReturnType<typeof statusOf>): string {
  const array = (numbers: readonly number[]) => `--array=${arrayExpression(numbers)}`;
  return [
    `${done} of ${parts} parts done, ${formatCount(regions)} activation regions so far`,
    ...running.map(
      ({ part, fraction, regions: own, secondsSinceReport }) =>
        `part ${part}: about ${Math.floor(100 * fraction)}%, ${formatCount(own)} regions, reported ${formatSeconds(secondsSinceReport)} ago`,
    ),
    ...(missing.length > 0 ? [`not begun: ${array(missing)}`] : []),
    ...(stopped.length > 0 ? [`stopped by a limit: ${array(stopped)}`] : []),
    ...unusable.map(({ file, why }) => `${file} ${why}`),
  ].join('\n');
}
