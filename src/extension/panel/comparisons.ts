import { drawnWeights } from '../../common/weightsSource.ts';
import * as vscode from 'vscode';
import type { SweepSubject } from '../../protocol/runs.ts';
import {
  comparedTextRequest,
  compareRequest,
  fitRequest,
  sizeEditRequest,
  sweepOptionsRequest,
  sweepRequest,
  type SourceRange,
} from '../../protocol/server.ts';
import type { CountRunner } from './countRunner.ts';
import type { Answerers } from './panelAnswers.ts';
import type { NetworkSource } from './panelSession.ts';
import { networkFiles, pickItem } from '../networkFiles.ts';
import type { Server } from '../server.ts';

/** What a panel compares a network with: other files, and the network itself with other sizes. */
export function comparisons(
  server: Server,
  runner: CountRunner,
): Pick<Answerers, 'files' | 'comparison' | 'comparedCount' | 'sweepOptions' | 'sweep' | 'fit'> {
  return {
    files: ({ uri }, { uris }) => pickFiles(uri, uris),
    async comparison({ uri, position }, parts) {
      await openAll(parts.uris);
      return orGone(await server.ask(compareRequest, { uri, network: position, ...parts }));
    },
    async comparedCount({ uri, position }, { row, seed, settings, ...parts }, signal) {
      if (row === null) return null;
      await openAll(parts.uris);
      const { text, layers } = orGone(await server.ask(comparedTextRequest, { uri, network: position, row, ...parts }));
      const network = { text, fileName: 'compared.network.json', network: 0 };
      const { result } = await runner.count(network, settings, drawnWeights(seed), signal);
      const perLayer = layers.map((index) => result.perLayer[index]);
      return { seed, exact: result.exact, regions: result.activationRegions, perLayer };
    },
    async sweepOptions({ uri, position }) {
      return orGone(await server.ask(sweepOptionsRequest, { uri, network: position }));
    },
    async fit({ uri, position }, question) {
      return orGone(await server.ask(fitRequest, { uri, network: position, ...question }));
    },
    async sweep({ uri, position }, { subject, value }) {
      return orGone(await server.ask(sweepRequest, { uri, network: position, subject, value }));
    },
  };
}

/** The server knows the documents that are open. */
async function openAll(uris: readonly string[]): Promise<void> {
  await Promise.allSettled(uris.map((uri) => vscode.workspace.openTextDocument(vscode.Uri.parse(uri))));
}

function orGone<T>(answer: T | null): T {
  if (answer === null) throw new Error(vscode.l10n.t('The network is not there any more.'));
  return answer;
}

/** Asks which network files to compare with; null where the user dismisses the list. */
async function pickFiles(own: string, picked: readonly string[]): Promise<readonly string[] | null> {
  const files = (await networkFiles()).filter((uri) => uri.toString() !== own);
  const items = files.map((uri) => ({ ...pickItem(uri), picked: picked.includes(uri.toString()) }));
  const chosen = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    title: vscode.l10n.t('Compare With'),
    placeHolder:
      items.length > 0
        ? vscode.l10n.t('Networks to compare with')
        : vscode.l10n.t('There is no other network in the workspace.'),
  });
  return chosen?.map(({ uri }) => uri.toString()) ?? null;
}

/** Writes sizes into the file, as one edit that can be undone. Returns where it stands; undefined if it was refused. */
export async function applySize(
  server: Server,
  { uri, position }: NetworkSource,
  subject: SweepSubject,
  value: number,
): Promise<vscode.Range | undefined> {
  const answer = await server.ask(sizeEditRequest, { uri, network: position, subject, value });
  const [first] = answer?.edits ?? [];
  if (!answer || !first) {
    const why = answer?.refused ?? vscode.l10n.t('The network is not there any more.');
    void vscode.window.showWarningMessage(why);
    return undefined;
  }
  const edit = new vscode.WorkspaceEdit();
  for (const { range, newText } of answer.edits) edit.replace(vscode.Uri.parse(uri), rangeOf(range), newText);
  await vscode.workspace.applyEdit(edit);
  return rangeOf(first.range);
}

function rangeOf({ start, end }: SourceRange): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
