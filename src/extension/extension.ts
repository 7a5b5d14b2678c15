import * as vscode from 'vscode';
import { registerCommands } from './commands.ts';
import { CountRunner } from './countRunner.ts';
import { showError } from './failures.ts';
import { FirstNetwork } from './firstNetwork.ts';
import { Panels } from './panels.ts';
import { ReportDocuments } from './reportDocuments.ts';
import { RunStore } from './runStore.ts';
import { Server } from './server.ts';
import { StatusBar } from './statusBar.ts';
import { WeightFiles } from './weightFiles.ts';
import { WeightRemarks } from './weightRemarks.ts';

/** Registers what costs nothing; the language server starts with the first network that is opened. */
export function activate(extension: vscode.ExtensionContext): void {
  const server = new Server(extension);
  const runner = new CountRunner(extension);
  const weightFiles = new WeightFiles(extension.workspaceState);
  const runs = new RunStore(extension.workspaceState, runner);
  const panels = new Panels({ extension, server, runner, runs, weightFiles, weightRemarks: new WeightRemarks(runner) });
  const reports = new ReportDocuments(server);
  const watching = new FirstNetwork(() => void server.start().catch(showError));
  extension.subscriptions.push(
    server, runner, runs, weightFiles, panels, reports, watching, new StatusBar(server),
    ...registerCommands({ extension, server, panels, reports, weightFiles }),
  ); // prettier-ignore
  watching.look(vscode.workspace.textDocuments);
}
