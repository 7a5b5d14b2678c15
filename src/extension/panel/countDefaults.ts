import * as vscode from 'vscode';
import { MAX_SEEDS } from '../../protocol/validate.ts';

/** Networks that a count draws by default. */
export function defaultSeeds(): number {
  const wanted = Math.round(vscode.workspace.getConfiguration('regionLens').get('count.seeds', 8));
  return Math.min(MAX_SEEDS, Math.max(1, wanted || 1));
}

/** Seconds that a count of one network takes at most. */
export function timeLimit(): number {
  return vscode.workspace.getConfiguration('regionLens').get('count.timeLimitSeconds', 60);
}
