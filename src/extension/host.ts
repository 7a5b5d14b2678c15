import type { BaseLanguageClient, LanguageClientOptions, MessageTransports } from 'vscode-languageclient';
import type * as vscode from 'vscode';
import type { ToolAnswer, ToolCall } from '../assistant/tools.ts';
import type { OutcomeOf, WorkerTask } from '../protocol/pool.ts';
import type { CommandLine } from '../host/commandLine.ts';
import type { StartThread } from '../host/threads.ts';
import type { TrainerReply, TrainerRequest } from '../trainer/messages.ts';
import type { CountCall } from '../worker/job.ts';

/** A language server that runs. */
export interface RunningServer {
  readonly transports: MessageTransports;
  /** Ends it, whatever it is doing. The transports close then, as they do when it ends by itself. */
  kill(): void;
  /** It was ended from outside, which says nothing about the document it was working on. */
  isEndedFromOutside(): boolean;
}

export interface ServerLauncher {
  /** Starts a server. What it prints goes to `log`. */
  start(log: (text: string) => void): RunningServer;
  /** A client of the server that `connect` starts, and of the next one where that ends. */
  createClient(connect: () => Promise<MessageTransports>, options: LanguageClientOptions): BaseLanguageClient;
}

/** Counts outside of the extension host. */
export interface Counts {
  /** As `CountPool.run`. */
  run<Task extends WorkerTask>(task: Task, call?: CountCall): Promise<OutcomeOf<Task>>;
  /** Allows at least this many threads from now on. */
  grow(threads: number): void;
  dispose(): Promise<void>;
}

/** Files as the counting worker names them. */
export interface WorkerFiles {
  /** Whether there are files that the worker can read, or can be given, where this one is. */
  canRead(file: vscode.Uri): boolean;
  nameOf(file: vscode.Uri): string;
  fileOf(name: string): vscode.Uri;
  /** The file itself, or a copy that the worker can read. Rejects with a sentence where it cannot be copied. */
  readable(file: vscode.Uri): Promise<vscode.Uri>;
  /** A folder in which the worker can read these files of this one, by their paths in it. Rejects as `readable`. */
  readableFolder(folder: vscode.Uri, paths: readonly string[]): Promise<vscode.Uri>;
}

/** Answers the calls of language models, as `AssistantProcesses`. */
export interface Assistant {
  call(call: ToolCall, signal?: AbortSignal): Promise<ToolAnswer>;
}

/** What the extension needs of the place it runs in. */
export interface ExtensionHost {
  /** Brings the protocol's library along, which nothing needs while no network is open. */
  loadLauncher(): Promise<ServerLauncher>;
  openCounts(threads: number): Counts;
  readonly workerFiles: WorkerFiles;
  /** Starts what trains networks, in a process or a worker of its own. */
  readonly startTrainer: StartThread<TrainerRequest, TrainerReply>;
  /** Null in browsers, where paths of files have no meaning. */
  readonly assistant: Assistant | null;
  /** Null in browsers, which start no processes. */
  readonly commandLine: CommandLine | null;
  /** Tasks that can run at the same time. */
  readonly parallelism: number;
}
