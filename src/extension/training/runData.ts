import * as vscode from 'vscode';
import { readDataPoints } from '../../analysis/places/dataFile.ts';
import type { DataPoints } from '../../analysis/places/points.ts';
import { MAX_DATA, sampledData } from '../../analysis/training/trainingPlaces.ts';
import type { PanelData } from '../../protocol/training.ts';
import { nameOf } from '../networkFiles.ts';

/** The data that a network is trained with, as lines and points are taken from them. */
export interface RunData {
  readonly points: DataPoints;
  readonly panel: PanelData;
}

const SEED = 1;
/** Names under which data are kept beside snapshots. */
const NAMES = { training: ['points', 'data', 'train'], test: ['test', 'validation', 'val'] } as const;
const ENDINGS = ['csv', 'json', 'npy'];

/** The file's data. Errors: Error, as a sentence. */
export async function readData(file: vscode.Uri, inputs: number, isChosen: boolean): Promise<RunData> {
  const all = readDataPoints(await vscode.workspace.fs.readFile(file), inputs);
  const points = sampledData(all, MAX_DATA, SEED);
  return { points, panel: panelData({ label: nameOf(file), isChosen, samples: all.points.length }, points) };
}

/** The data beside the snapshots of a run; null where there are none that fit. */
export async function findData(folder: vscode.Uri, inputs: number, kind: keyof typeof NAMES): Promise<RunData | null> {
  for (const name of NAMES[kind].flatMap((stem) => ENDINGS.map((ending) => `${stem}.${ending}`))) {
    try {
      return await readData(vscode.Uri.joinPath(folder, name), inputs, false);
    } catch {
      // No such file, or none of points.
    }
  }
  return null;
}

function panelData(file: Pick<PanelData, 'label' | 'isChosen' | 'samples'>, { points, labels }: DataPoints): PanelData {
  const isPlane = points[0]?.length === 2;
  const names = [...new Set(labels ?? [])].sort();
  return {
    ...file,
    points: isPlane ? Float32Array.from(points.flat()) : new Float32Array(),
    classes:
      isPlane && labels ? Uint8Array.from(labels, (name) => Math.min(255, names.indexOf(name))) : new Uint8Array(),
  };
}
