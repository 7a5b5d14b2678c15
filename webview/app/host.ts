import type { PanelMessage } from '../../src/protocol/messages.ts';

/** What VS Code gives a webview; `acquireVsCodeApi` may be called once only. */
interface VsCodeApi {
  postMessage(message: PanelMessage): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export type Host = VsCodeApi;
export type Post = (message: PanelMessage) => void;

export function connectHost(): Host {
  return acquireVsCodeApi();
}
