import * as vscode from 'vscode';
import { nameOf } from '../networkFiles.ts';

/**
 * The panel's page: nothing inline, nothing fetched from elsewhere; until its figures are there, the name of what it
 * shows.
 */
export function panelHtml(webview: vscode.Webview, extension: vscode.Uri, source: vscode.Uri | undefined): string {
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const asset = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(extension, 'dist', name)).toString();
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    // The widget library tests the browser for :focus-visible with a style element of its own, under our nonce.
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escaped(vscode.l10n.bundle ? vscode.env.language : 'en')}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" content="${nonce}">
<link rel="stylesheet" href="${asset('webview.css')}">
<link rel="modulepreload" nonce="${nonce}" href="${asset('webview-chunk.js')}">
<title>Region Lens</title>
</head>
<body>
<main id="panel" data-strings="${escaped(JSON.stringify(vscode.l10n.bundle ?? {}))}">
<div class="content skeleton">
<h1>${escaped(source === undefined ? 'Region Lens' : nameOf(source))}</h1>
<p class="muted reading" role="status">${escaped(vscode.l10n.t('Reading the network…'))}</p>
</div>
</main>
<script type="module" nonce="${nonce}" src="${asset('webview.js')}"></script>
</body>
</html>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
