import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { strFromU8, unzipSync } from 'fflate';
import { editorFolder, installEditor, vscodeVersion } from '../../scripts/editorInstall.mjs';
import { vsixFile } from '../../scripts/package.mjs';
import { root } from '../../scripts/process.mjs';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.html': 'text/html',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
};

/** A text that the first language server never gets done with: none is known that does it to the one of the package. */
export const blocking = 'blocks the language server';
const trap = `
addEventListener('message', ({ data }) => {
  if (data.method === 'textDocument/didOpen' && data.params.textDocument.text.includes('${blocking}')) for (;;);
});
`;

const provider = {
  name: 'memory-files',
  publisher: 'test',
  version: '1.0.0',
  engines: { vscode: '^1.100.0' },
  browser: './extension.js',
  activationEvents: ['onFileSystem:memory', 'onNotebookSerializer:jupyter-notebook'],
  capabilities: { virtualWorkspaces: true, untrustedWorkspaces: { supported: true } },
  contributes: { commands: [{ command: 'memoryFiles.report', title: 'Report', category: 'Memory Files' }] },
};

/**
 * VS Code for the Web as a static page: no server that could run an extension is behind it. The packed extension and
 * the workspace are served beside it.
 */
export class WebEditor {
  /** Paths of what the page has fetched. */
  readonly fetched: string[] = [];
  /** What the test's extension has reported. */
  report: unknown;
  private hasServer = false;
  private readonly extension = unzipSync(readFileSync(vsixFile));
  private readonly memoryFiles = bundledProvider();
  private readonly server = createServer((request, response) => void this.answer(request, response));

  private constructor(
    private readonly files: Readonly<Record<string, Uint8Array>>,
    private readonly settings: Readonly<Record<string, unknown>>,
    private readonly isIsolated: boolean,
  ) {}

  /** `isIsolated`: pages of other origins share no process, so that workers may share memory. */
  static async start(
    files: Readonly<Record<string, Uint8Array>>,
    settings: Readonly<Record<string, unknown>>,
    isIsolated = false,
  ): Promise<WebEditor> {
    await installEditor();
    const editor = new WebEditor(files, settings, isIsolated);
    await new Promise<void>((resolve) => editor.server.listen(0, '127.0.0.1', resolve));
    return editor;
  }

  get address(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.address);
    const asked = decodeURIComponent(pathname);
    this.fetched.push(asked);
    response.setHeader('access-control-allow-origin', '*');
    if (this.isIsolated) {
      response.setHeader('cross-origin-opener-policy', 'same-origin');
      response.setHeader('cross-origin-embedder-policy', 'require-corp');
      response.setHeader('cross-origin-resource-policy', 'cross-origin');
    }
    if (request.method === 'POST') {
      this.report = JSON.parse(await bodyOf(request));
      return void response.end();
    }
    const content = this.contentOf(asked);
    response.statusCode = content === null ? 404 : 200;
    const ending = asked === '/' ? '.html' : path.posix.extname(asked);
    response.setHeader('content-type', types[ending] ?? 'application/octet-stream');
    response.end(content);
  }

  private contentOf(asked: string): string | Uint8Array | null {
    if (asked === '/') return this.page();
    if (asked === '/provider/package.json') return JSON.stringify(provider);
    if (asked === '/provider/extension.js') return this.memoryFiles;
    if (asked === '/workspace') {
      const files = Object.entries(this.files).map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]);
      return JSON.stringify(Object.fromEntries(files));
    }
    const packed = this.extension[asked.slice(1)];
    if (asked.endsWith('/dist/web/server.js') && !this.hasServer) {
      this.hasServer = true;
      return strFromU8(packed) + trap;
    }
    if (asked.startsWith('/extension/')) return packed ?? null;
    const file = path.join(editorFolder, asked);
    if (!existsSync(file) || !statSync(file).isFile()) return null;
    return asked.endsWith('/workbench/workbench.js') ? withoutServer(readFileSync(file, 'utf8')) : readFileSync(file);
  }

  private page(): string {
    const { host } = new URL(this.address);
    const configuration = {
      productConfiguration: { nameShort: 'Web', nameLong: 'Web', version: vscodeVersion, quality: 'stable' },
      additionalBuiltinExtensions: ['/extension', '/provider'].map((each) => ({
        scheme: 'http',
        authority: host,
        path: each,
      })),
      configurationDefaults: this.settings,
      webviewEndpoint: `${this.address}/out/vs/workbench/contrib/webview/browser/pre`,
      userDataPath: '/data',
      isEnabledFileDownloads: true,
      isEnabledFileUploads: true,
      isEnabledCoderGettingStarted: false,
    };
    const page = readFileSync(path.join(editorFolder, 'out/vs/code/browser/workbench/workbench.html'), 'utf8');
    return page
      .replaceAll('{{WORKBENCH_WEB_BASE_URL}}', '')
      .replace('{{WORKBENCH_WEB_CONFIGURATION}}', JSON.stringify(configuration).replaceAll('"', '&quot;'))
      .replace('{{WORKBENCH_AUTH_SESSION}}', '')
      .replace('{{WORKBENCH_NLS_FALLBACK_URL}}', '/out/nls.messages.js')
      .replace('{{WORKBENCH_NLS_URL}}', '')
      .replace(/\{\{(VS_)?BASE\}\}/g, '')
      .replace("new URL('', window.location).toString()", 'window.location.origin');
  }
}

/** This build takes the page's own host for a server that has extensions and the user's data: there is none. */
function withoutServer(workbench: string): string {
  const changes = [
    [/remoteAuthority:location\.host/, 'remoteAuthority:undefined'],
    [/(\.with\(\{scheme:\w+)\.vscodeRemote(\}\),"User"\))/, '$1.vscodeUserData$2'],
  ] as const;
  return changes.reduce((script, [pattern, replacement]) => {
    if (!pattern.test(script))
      throw new Error(`workbench.js is not the one that is known: ${pattern.source} is missing`);
    return script.replace(pattern, replacement);
  }, workbench);
}

function bundledProvider(): string {
  const { outputFiles } = buildSync({
    entryPoints: [path.join(root, 'test/web/memoryFiles.ts')],
    bundle: true,
    write: false,
    format: 'cjs',
    target: 'es2022',
    external: ['vscode'],
  });
  return outputFiles[0].text;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
