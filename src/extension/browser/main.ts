import * as vscode from 'vscode';
import { threadsOf } from '../../host/browser/threads.ts';
import { trainerWorkers } from '../../host/browser/trainerWorker.ts';
import { CountPool } from '../../worker/countPool.ts';
import { activateIn } from '../extension.ts';
import { editorFiles, findFiles } from './files.ts';

/** Entry of the extension in a browser, where everything else runs in Web Workers. */
export function activate(extension: vscode.ExtensionContext): void {
  const script = (name: string) => vscode.Uri.joinPath(extension.extensionUri, 'dist', 'web', name).toString(true);
  const openCounts = (threads: number) => new CountPool(threadsOf(script('worker.js'), findFiles), threads);
  activateIn(extension, {
    async loadLauncher() {
      const { workerLauncher } = await import('./serverWorker.ts');
      return workerLauncher(script('server.js'), openCounts(1));
    },
    openCounts,
    startTrainer: trainerWorkers(script('trainer.js')),
    workerFiles: editorFiles,
    assistant: null,
    commandLine: null,
    parallelism: navigator.hardwareConcurrency,
  });
}
