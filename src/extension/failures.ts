import * as vscode from 'vscode';

export const RESTART_COMMAND = 'regionLens.restartServer';

/** There is no language server to ask; the user has been notified. */
export class ServerNotRunning extends Error {
  constructor() {
    super(vscode.l10n.t('The language server is not running.'));
  }
}

/** Notifies the user of what failed, unless the user knows already. The editor adds whose notification it is. */
export function showError(error: unknown): void {
  if (error instanceof ServerNotRunning) return;
  void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
}
