import * as vscode from 'vscode';
import { readDataPoints } from '../../analysis/places/dataFile.ts';
import type { PointSet } from '../../common/place.ts';
import { nameOf } from '../networkFiles.ts';

/**
 * Asks for a file of data points, and for two that a line or three that a plane is to go through; undefined when the
 * user leaves.
 */
export async function askForPoints(needed: number, inputs: number): Promise<PointSet | undefined> {
  const [file] = (await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Points of {0} numbers each', inputs),
    openLabel: vscode.l10n.t('Take Points'),
    filters: { [vscode.l10n.t('Points')]: ['json', 'csv', 'npy', 'txt', 'tsv'] },
  })) ?? [undefined];
  if (!file) return undefined;
  const { points } = readDataPoints(await vscode.workspace.fs.readFile(file), inputs);
  if (points.length < needed) {
    throw new RangeError(vscode.l10n.t('The file holds {0} points; {1} are needed.', points.length, needed));
  }
  const chosen = points.length === needed ? points.map((_, i) => i) : await askForRows(points.length, needed);
  if (!chosen) return undefined;
  const label = nameOf(file);
  return { label: `${label} (${chosen.join(', ')})`, points: chosen.map((i) => points[i]) };
}

async function askForRows(count: number, needed: number): Promise<number[] | undefined> {
  const answer = await vscode.window.showInputBox({
    title: vscode.l10n.t('Which of the {0} points? {1} numbers from 0 to {2}', count, needed, count - 1),
    value: Array.from({ length: needed }, (_, i) => i).join(', '),
    validateInput: (typed) =>
      rowsIn(typed, count, needed) ? undefined : vscode.l10n.t('Enter {0} different whole numbers.', needed),
  });
  return answer === undefined ? undefined : rowsIn(answer, count, needed);
}

function rowsIn(typed: string, count: number, needed: number): number[] | undefined {
  const rows = typed
    .split(/[,\s]+/)
    .filter(Boolean)
    .map(Number);
  const fit = rows.every((row) => Number.isInteger(row) && row >= 0 && row < count);
  return fit && rows.length === needed && new Set(rows).size === needed ? rows : undefined;
}
