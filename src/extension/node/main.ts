import { availableParallelism } from 'node:os';
import type * as vscode from 'vscode';
import { AssistantProcesses } from '../../host/node/processes/assistantProcess.ts';
import { CountProcess } from '../../host/node/processes/countProcess.ts';
import { commandLineOf } from '../../host/node/processes/commandLine.ts';
import { trainerProcesses } from '../../host/node/processes/trainerProcess.ts';
import { activateIn } from '../extension.ts';
import { localFiles } from './localFiles.ts';

/** Entry of the extension in a process of Node: on the desktop, and on remote machines. */
export function activate(extension: vscode.ExtensionContext): void {
  activateIn(extension, {
    async loadLauncher() {
      const { processLauncher } = await import('./serverProcess.ts');
      return processLauncher(extension.asAbsolutePath('dist/server.js'));
    },
    openCounts: (threads) => new CountProcess(extension.asAbsolutePath('dist/worker.js'), threads),
    startTrainer: trainerProcesses(extension.asAbsolutePath('dist/trainer.js')),
    workerFiles: localFiles(extension.globalStorageUri),
    assistant: new AssistantProcesses(extension.asAbsolutePath('dist/assistant.js')),
    commandLine: commandLineOf(extension.asAbsolutePath('dist/assistant.js')),
    parallelism: availableParallelism(),
  });
}
