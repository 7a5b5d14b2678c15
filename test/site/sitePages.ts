import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../../scripts/chromium.mjs';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** The site on a plain server of files, in a browser that writes down what goes wrong. */
export class SitePages {
  /** Requests to other hosts, requests without an answer, and errors of the pages. */
  readonly problems: string[] = [];

  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
    private readonly address: string,
  ) {}

  static async start(folder: string): Promise<SitePages> {
    const server = createServer(({ url = '/' }, response) => {
      const name = decodeURIComponent(new URL(url, 'http://localhost').pathname);
      try {
        const body = readFileSync(path.join(folder, name));
        response.writeHead(200, { 'content-type': TYPES[path.extname(name)] ?? 'text/plain' }).end(body);
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return new SitePages(server, await launchChromium(), `http://127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }

  async open(name: string, colorScheme: 'light' | 'dark' = 'light', width = 1280): Promise<Page> {
    const context = await this.browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    context.setDefaultTimeout(30_000);
    this.watch(context);
    const page = await context.newPage();
    await page.goto(`${this.address}/${name}`);
    return page;
  }

  private watch(context: BrowserContext): void {
    context.on('request', (request) => {
      if (/^https?:/.test(request.url()) && !request.url().startsWith(`${this.address}/`)) {
        this.problems.push(`${request.url()} was asked`);
      }
    });
    context.on('response', (response) => {
      if (response.status() >= 400) this.problems.push(`${response.url()}: ${response.status()}`);
    });
    context.on('weberror', (error) => this.problems.push(error.error().message));
    context.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(message.text());
    });
  }
}
