import * as vscode from 'vscode';
import { panelHtml } from './panelHtml.ts';
import { PanelSession, type PanelServices } from './panelSession.ts';
import { holdsNetwork } from '../documentFilter.ts';

const PANEL_TYPE = 'regionLens.panel';
const VIEW_ID = 'regionLens.regions';

interface Tab {
  readonly panel: vscode.WebviewPanel;
  readonly session: PanelSession;
}

/**
 * Both homes of the panel: the view in the side bar, which follows the active editor, and tabs beside the editor. One
 * tab follows too; pinned ones stay with their file, and there may be any number of them.
 */
export class Panels implements vscode.Disposable, vscode.WebviewPanelSerializer, vscode.WebviewViewProvider {
  private readonly tabs = new Set<Tab>();
  private view: PanelSession | undefined;
  private readonly registrations: vscode.Disposable;

  constructor(private readonly services: PanelServices) {
    this.registrations = vscode.Disposable.from(
      vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, this),
      vscode.window.registerWebviewViewProvider(VIEW_ID, this),
    );
  }

  /** The document of the tab that has the focus. */
  get activeSource(): vscode.Uri | undefined {
    return [...this.tabs].find(({ panel }) => panel.active)?.session.shownSource;
  }

  /** The tab of this document: the one that is pinned to it, else the one that follows, else a new one. */
  show(source: vscode.Uri): PanelSession {
    const all = [...this.tabs];
    const found = all.find(({ session }) => session.shows(source)) ?? all.find(({ session }) => !session.isPinned);
    if (found) {
      found.session.follow(source);
      found.panel.reveal(besideSource(source, found.panel.viewColumn), true);
      return found.session;
    }
    const viewColumn = besideSource(source, all[0]?.panel.viewColumn) ?? vscode.ViewColumn.Beside;
    const place = { viewColumn, preserveFocus: true };
    return this.adopt(vscode.window.createWebviewPanel(PANEL_TYPE, 'Region Lens', place), source, false);
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const { source, pinned } = storedIn(state);
    this.adopt(panel, source, pinned);
    return Promise.resolve();
  }

  resolveWebviewView(view: vscode.WebviewView, { state }: vscode.WebviewViewResolveContext): void {
    const { source, pinned } = storedIn(state);
    const session = new PanelSession(
      {
        home: 'view',
        webview: view.webview,
        setTitle: (file, isPinned) => (view.description = isPinned && file !== null ? `[${file}]` : (file ?? '')),
        openTab: (uri) => void this.show(uri),
      },
      this.services,
      // A view that follows begins with what is there to follow.
      pinned || !vscode.window.visibleTextEditors.some((editor) => holdsNetwork(editor.document)) ? source : undefined,
      pinned,
    );
    this.view = session;
    view.onDidDispose(() => {
      session.dispose();
      if (this.view === session) this.view = undefined;
    });
    this.fill(view.webview, source);
  }

  private adopt(panel: vscode.WebviewPanel, source: vscode.Uri | undefined, pinned: boolean): PanelSession {
    panel.iconPath = vscode.Uri.joinPath(this.services.extension.extensionUri, 'media', 'icon.svg');
    const session = new PanelSession(
      {
        home: 'tab',
        webview: panel.webview,
        setTitle: (file, isPinned) => {
          const title = file === null ? 'Region Lens' : vscode.l10n.t('Regions: {0}', file);
          panel.title = isPinned && file !== null ? `[${title}]` : title;
        },
        openTab: (uri) => void this.show(uri),
      },
      this.services,
      source,
      pinned,
    );
    const tab = { panel, session };
    this.tabs.add(tab);
    panel.onDidDispose(() => {
      session.dispose();
      this.tabs.delete(tab);
    });
    this.fill(panel.webview, source);
    return session;
  }

  private fill(webview: vscode.Webview, source: vscode.Uri | undefined): void {
    const { extensionUri } = this.services.extension;
    webview.options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(extensionUri, 'dist')] };
    webview.html = panelHtml(webview, extensionUri, source);
  }

  dispose(): void {
    this.registrations.dispose();
    this.view?.dispose();
    for (const { session } of this.tabs) session.dispose();
  }
}

/** The same column, unless the source is in it: a panel does not cover what it is about. */
function besideSource(source: vscode.Uri, column: vscode.ViewColumn | undefined): vscode.ViewColumn | undefined {
  const isSource = (editor: vscode.TextEditor): boolean =>
    editor.document.uri.toString() === source.toString() && editor.viewColumn === column;
  return column !== undefined && vscode.window.visibleTextEditors.some(isSource) ? vscode.ViewColumn.Beside : column;
}

/** The document a stored panel showed, from whatever an earlier version may have stored. */
function storedIn(state: unknown): { source: vscode.Uri | undefined; pinned: boolean } {
  const stored = state as { model?: { uri?: unknown } | null; pinned?: unknown } | null | undefined;
  const uri = stored?.model?.uri;
  return { source: typeof uri === 'string' ? vscode.Uri.parse(uri) : undefined, pinned: stored?.pinned === true };
}
