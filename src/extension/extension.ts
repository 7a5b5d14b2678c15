import * as vscode from 'vscode';
import { registerAssistantTools } from './assistantTools.ts';
import { registerCommands } from './commands.ts';
import { CountRunner } from './panel/countRunner.ts';
import { showError } from './failures.ts';
import type { ExtensionHost } from './host.ts';
import { ActivationWatcher } from './activationWatcher.ts';
import { ModelDocuments } from './modelEditor/modelDocuments.ts';
import { registerModelEditor } from './modelEditor/modelEditor.ts';
import { Panels } from './panel/panels.ts';
import { ReportDocuments } from './reportDocuments.ts';
import { RunStore } from './panel/runStore.ts';
import { Server } from './server.ts';
import { StatusBar } from './statusBar.ts';
import { TrainingStore } from './training/trainingStore.ts';
import { WeightFiles } from './weightFiles.ts';
import { WeightRemarks } from './panel/weightRemarks.ts';

/** Registers what costs nothing; the language server starts with the first network that is opened. */
export function activateIn(extension: vscode.ExtensionContext, host: ExtensionHost): void {
  const server = new Server(host);
  const runner = new CountRunner(host);
  const weightFiles = new WeightFiles(extension.workspaceState, host.workerFiles);
  const runs = new RunStore(extension.workspaceState);
  const training = new TrainingStore(extension.workspaceState, extension.storageUri, host.workerFiles, runner, server);
  const weightRemarks = new WeightRemarks(runner);
  const { startTrainer, commandLine } = host;
  const panels = new Panels({
    extension,
    server,
    runner,
    runs,
    training,
    startTrainer,
    commandLine,
    weightFiles,
    weightRemarks,
  });
  const models = new ModelDocuments(runner, host.workerFiles);
  const reports = new ReportDocuments(server);
  const watching = new ActivationWatcher(() => void server.start().catch(showError));
  extension.subscriptions.push(
    server,
    runner,
    runs,
    training,
    weightFiles,
    panels,
    reports,
    models,
    registerModelEditor(models),
    watching,
    new StatusBar(server),
    ...(host.assistant ? registerAssistantTools(extension, host.assistant) : []),
    ...registerCommands({ extension, server, panels, reports, weightFiles }),
  );
  watching.look(vscode.workspace.textDocuments);
}
