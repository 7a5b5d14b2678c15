import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../scripts/chromium.mjs';
import { WorkbenchPage } from '../ui/workbenchPage.ts';
import { WebEditor } from './webEditor.ts';

const settings = {
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.reduceMotion': 'on',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.commandCenter.enabled': false,
  'editor.cursorBlinking': 'solid',
  'editor.minimap.enabled': false,
  'files.autoSave': 'off',
  'window.commandCenter': false,
  'telemetry.telemetryLevel': 'off',
};

/** VS Code for the Web with the packed extension in it, on a workspace that is on no disk. */
export class WebWorkbench extends WorkbenchPage {
  private constructor(
    page: Page,
    readonly editor: WebEditor,
    private readonly browser: Browser,
    /** Hosts of other machines that something in the page has asked. */
    readonly hosts: ReadonlySet<string>,
  ) {
    super(page);
  }

  static async start(
    files: Readonly<Record<string, Uint8Array>>,
    { changed = {}, isIsolated = false }: { changed?: Readonly<Record<string, unknown>>; isIsolated?: boolean } = {},
  ): Promise<WebWorkbench> {
    const editor = await WebEditor.start(files, { ...settings, ...changed }, isIsolated);
    let browser: Browser | null = null;
    try {
      browser = await launchChromium();
      const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
      page.setDefaultTimeout(30_000);
      const hosts = new Set<string>();
      // Resources of a page in a frame have addresses of such a host, and come from here.
      const isLocal = (host: string) => host === 'localhost' || host.endsWith('.vscode-resource.vscode-cdn.net');
      page.context().on('request', (request) => {
        const { protocol, hostname } = new URL(request.url());
        if (protocol.startsWith('http') && !isLocal(hostname)) hosts.add(hostname);
      });
      await page.goto(`${editor.address}/?folder=memory:/networks`);
      await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
      return new WebWorkbench(page, editor, browser, hosts);
    } catch (error) {
      await browser?.close();
      await editor.stop();
      throw error;
    }
  }

  /** Files are chosen in the Explorer: only a file system of this machine can be searched. */
  protected override async openTab(name: string): Promise<void> {
    const label = new RegExp(`^${name.replaceAll('.', '\\.')}$`);
    await this.page.locator('.explorer-folders-view .label-name', { hasText: label }).dblclick();
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
  }

  async openNotebook(name: string): Promise<void> {
    await this.openTab(name);
    await this.page.locator('.notebook-editor .view-line').first().waitFor();
  }

  async openExample(name: string): Promise<void> {
    await this.pick('F1', '>Region Lens: Open Example', 'Open Example');
    await this.quickInput.locator('.monaco-list-row', { hasText: name }).first().click();
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.editor.stop();
  }
}
