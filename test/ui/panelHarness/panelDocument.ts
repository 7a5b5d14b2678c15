/** The panel's page with the policy that the extension gives it. */
export function panelDocument(origin: string): string {
  const nonce = 'dGhlIHBhbmVsIGFsb25l';
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${origin} 'nonce-${nonce}'; font-src ${origin}; img-src ${origin} data:`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${nonce}">
<link rel="stylesheet" href="${origin}/webview.css">
<title>Region Lens</title>
</head>
<body>
<main id="panel"></main>
<script nonce="${nonce}" src="${origin}/webview.js"></script>
</body>
</html>`;
}
