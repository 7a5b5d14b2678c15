import * as vscode from 'vscode';
import type { PanelMessage } from '../../protocol/messages.ts';
import { nameOf } from '../networkFiles.ts';
import { fileNameOf } from './fileName.ts';

type SaveMessage = Extract<PanelMessage, { type: 'save' }>;

/** Asks where to save what a panel exports, beside the network's file by default, and offers to open it. */
export async function saveExport(source: vscode.Uri | undefined, message: SaveMessage): Promise<void> {
  const folder = source && vscode.Uri.joinPath(source, '..');
  const defaultUri = folder && vscode.Uri.joinPath(folder, fileNameOf(message.suggestedName));
  const target = await vscode.window.showSaveDialog({ defaultUri, title: vscode.l10n.t('Save Export') });
  if (!target) return;
  await vscode.workspace.fs.writeFile(target, bytesOf(message));
  const open = vscode.l10n.t('Open');
  const saved = vscode.l10n.t('Saved {0}.', nameOf(target));
  if ((await vscode.window.showInformationMessage(saved, open)) === open) {
    await vscode.commands.executeCommand('vscode.open', target);
  }
}

function bytesOf({ text, encoding }: SaveMessage): Uint8Array {
  return encoding === 'text'
    ? new TextEncoder().encode(text)
    : Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
