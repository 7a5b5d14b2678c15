/** The panel's page with the policy that the extension gives it, and a script that runs before its own. */
export function panelDocument(origin: string, strings: Readonly<Record<string, string>>, first: string): string {
  const nonce = 'dGhlIHBhbmVsIGFsb25l';
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${origin} 'nonce-${nonce}'; font-src ${origin}; img-src ${origin} data:`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${nonce}">
<script nonce="${nonce}">${first}</script>
<link rel="stylesheet" href="${origin}/webview.css">
<link rel="modulepreload" nonce="${nonce}" href="${origin}/webview-chunk.js">
<title>Region Lens</title>
</head>
<body>
<main id="panel" data-strings="${JSON.stringify(strings).replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"><div class="content skeleton"><h1>example.network.json</h1><p class="muted reading" role="status">Reading the network…</p></div></main>
<script type="module" nonce="${nonce}" src="${origin}/webview.js"></script>
</body>
</html>`;
}
