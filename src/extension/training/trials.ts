import { snapshotWeights } from '../../common/weightsSource.ts';
import * as vscode from 'vscode';
import { describePlace } from '../../common/describePlace.ts';
import { boxOf, WHOLE } from '../../common/place.ts';
import type { ParamsOf } from '../../protocol/questions.ts';
import type { PanelData } from '../../protocol/training.ts';
import type { TrialFrame } from '../../protocol/trial.ts';
import type { KeptStep, TrialOutcome } from '../../trainer/trialSession.ts';
import type { TrainerClient } from '../../trainer/trainerClient.ts';
import { fileNameOf } from '../panel/fileName.ts';
import { lineOf, pictureOf } from '../panel/drawings.ts';
import type { NetworkSource } from '../panel/panelSession.ts';
import type { TrainingStore } from './trainingStore.ts';

/** The network after this many steps of training. */
export async function trialFrame(
  trainer: TrainerClient,
  store: TrainingStore,
  source: NetworkSource,
  { choice, step, ahead, settings }: ParamsOf<'trial'>,
): Promise<TrialFrame> {
  const data = choice.dataSet === 'file' ? await store.dataOf(source) : null;
  const { weights: _, ...network } = source.text;
  const box = boxOf(settings.place);
  const outcome = await trainer.frame({ network, choice, data: data?.points ?? null, box, step, ahead });
  const { result, domain, loss, accuracy, lesson } = outcome;
  const counted = { result, domain, source: snapshotWeights(`step ${outcome.step}`, choice.seed) };
  return {
    step: outcome.step,
    loss,
    accuracy,
    exact: result.exact,
    regions: result.activationRegions,
    perLayer: result.perLayer,
    domain: describePlace(source.inputs, source.inputs === 2 ? 'plane' : 'line', box, vscode.l10n.t),
    picture: result.regions ? pictureOf(counted, WHOLE, null) : null,
    line: result.line && source.inputs === 1 ? lineOf(counted) : null,
    data: panelData(data?.panel.label ?? choice.dataSet, lesson),
    targets: source.inputs === 1 ? Float32Array.from(lesson.targets) : new Float32Array(),
  };
}

/** Points of the plane; of the line with 0 beside them. */
function panelData(label: string, { points, targets, classes }: TrialOutcome['lesson']): PanelData {
  const isDrawn = points[0].length <= 2;
  return {
    label,
    isChosen: true,
    samples: points.length,
    points: isDrawn ? Float32Array.from(points.flatMap(([x, y = 0]) => [x, y])) : new Float32Array(),
    classes: isDrawn && classes > 0 ? Uint8Array.from(targets, (target) => Math.min(255, target)) : new Uint8Array(),
  };
}

/** Writes the steps that were shown into a new folder, and shows them as a run. */
export async function keepTrial(trainer: TrainerClient, store: TrainingStore, source: NetworkSource): Promise<boolean> {
  const files = await trainer.files();
  if (files.length === 0) throw new Error(vscode.l10n.t('Nothing is trained yet.'));
  const { t } = vscode.l10n;
  const parent = vscode.Uri.joinPath(vscode.Uri.parse(source.uri), '..');
  const name = source.text.fileName.replace(/(\.network)?\.[a-z]+$/i, '');
  const folder = await vscode.window.showSaveDialog({
    title: t('Keep as a Run: name of its folder'),
    saveLabel: t('Keep Run'),
    defaultUri: vscode.Uri.joinPath(parent, fileNameOf(`${name}-run`)),
  });
  if (!folder) return false;
  await writeRun(folder, files);
  return store.addRun(source, folder);
}

async function writeRun(folder: vscode.Uri, files: readonly KeptStep[]): Promise<void> {
  const write = (name: string, bytes: Uint8Array) =>
    vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder, name), bytes);
  await vscode.workspace.fs.createDirectory(folder);
  const log = files.map(({ step, loss, accuracy }) =>
    JSON.stringify({ step, ...(loss !== null && { loss }), ...(accuracy !== null && { accuracy }) }),
  );
  await write('log.jsonl', new TextEncoder().encode(`${log.join('\n')}\n`));
  for (const { step, bytes } of files) await write(`step-${String(step).padStart(6, '0')}.safetensors`, bytes);
}
