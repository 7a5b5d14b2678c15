import * as vscode from 'vscode';
import type { PanelMessage } from '../protocol/messages.ts';
import { compareRequest, sizeEditRequest, sweepRequest } from '../protocol/server.ts';
import type { PanelSession } from './panelSession.ts';
import { holdsNetwork } from './recognition.ts';
import type { Server } from './server.ts';

type Asked<K extends PanelMessage['type']> = Extract<PanelMessage, { readonly type: K }>;

const MOST_FILES = 200;

/** What one panel holds against what: other files, and the network itself with other sizes. */
export class Comparisons {
  private sweeps = 0;

  constructor(
    private readonly session: PanelSession,
    private readonly server: Server,
  ) {}

  /** Asks which network files to compare with. */
  async pick({ key, uris }: Asked<'pick'>): Promise<void> {
    const source = await this.session.network(key);
    if (!source) return;
    const files = await vscode.workspace.findFiles('**/*.network.json', '**/node_modules/**', MOST_FILES);
    const open = vscode.workspace.textDocuments.filter(holdsNetwork).map(({ uri }) => uri);
    const known = new Map([...open, ...files].map((uri) => [uri.toString(), uri]));
    known.delete(source.uri);
    const items = [...known.values()].map((uri) => ({
      label: uri.path.slice(uri.path.lastIndexOf('/') + 1),
      description: vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, '..')),
      picked: uris.includes(uri.toString()),
      uri,
    }));
    const chosen = await vscode.window.showQuickPick(items, {
      canPickMany: true,
      title: vscode.l10n.t('Region Lens: Compare With'),
      placeHolder: items.length > 0 ? vscode.l10n.t('Networks to compare with') : vscode.l10n.t('No other network is open, and there is no *.network.json in the workspace.'), // prettier-ignore
    });
    if (chosen) this.session.post({ type: 'picked', key, uris: chosen.map(({ uri }) => uri.toString()) });
  }

  async compare({ key, id, uris, counterparts }: Asked<'compare'>): Promise<void> {
    const source = await this.session.network(key);
    if (!source) return;
    // The server knows the documents that are open.
    await Promise.allSettled(uris.map((uri) => vscode.workspace.openTextDocument(vscode.Uri.parse(uri))));
    const params = { uri: source.uri, network: source.position, others: uris, counterparts };
    const comparison = await this.server.ask(compareRequest, params);
    if (comparison) this.session.post({ type: 'compared', key, id, comparison });
  }

  /** One value after the other, each on its own; a newer sweep ends this one. */
  async sweep({ key, id, subject, values }: Asked<'sweep'>): Promise<void> {
    const source = await this.session.network(key);
    if (!source) return;
    const turn = ++this.sweeps;
    for (const value of values) {
      const row = await this.server.ask(sweepRequest, { uri: source.uri, network: source.position, subject, value });
      if (turn !== this.sweeps) return;
      if (row) this.session.post({ type: 'swept', key, id, row });
    }
  }

  /** Writes the size into the file, as an edit that can be undone. */
  async apply({ key, subject, value }: Asked<'apply'>): Promise<void> {
    const source = await this.session.network(key);
    if (!source) return;
    const answer = await this.server.ask(sizeEditRequest, { uri: source.uri, network: source.position, subject, value }); // prettier-ignore
    if (!answer?.edit) {
      const why = answer?.refused ?? vscode.l10n.t('The network is not there any more.');
      return void vscode.window.showWarningMessage(`Region Lens: ${why}`);
    }
    const { start, end } = answer.edit.range;
    const range = new vscode.Range(start.line, start.character, end.line, end.character);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(vscode.Uri.parse(source.uri), range, answer.edit.newText);
    await vscode.workspace.applyEdit(edit);
    await this.session.reveal(range);
  }

  dispose(): void {
    this.sweeps++;
  }
}
