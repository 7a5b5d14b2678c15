import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { RunnerTask } from 'vitest';
import { launchChromium } from '../../scripts/chromium.mjs';
import { startEditor } from '../../scripts/editor.mjs';
import { vsixFile } from '../../scripts/package.mjs';
import { root } from '../../scripts/process.mjs';
import { WorkbenchPage } from './workbenchPage.ts';

type Editor = Awaited<ReturnType<typeof startEditor>>;

/** The four kinds of theme that VS Code has, by the names of their built-in examples. */
export const themes = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'high contrast dark': 'Default High Contrast',
  'high contrast light': 'Default High Contrast Light',
} as const;

const themeClasses: Record<keyof typeof themes, string> = {
  dark: 'vs-dark',
  light: 'vs',
  'high contrast dark': 'hc-black',
  'high contrast light': 'hc-light',
};

export interface WorkbenchOptions {
  /** Files to add to the copy of the examples, by name. */
  readonly files?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Workspace trust is on, and the folder is not trusted. */
  readonly restricted?: boolean;
}

/** A real VS Code with the packed extension in it, showing a copy of the examples. */
export class Workbench extends WorkbenchPage {
  private readonly settings: Record<string, unknown> = {};

  private constructor(
    page: Page,
    /** The folder that is open. */
    readonly folder: string,
    /** The folder of the installed extensions. */
    readonly extensions: string,
    private readonly browser: Browser,
    private readonly editor: Editor,
  ) {
    super(page);
  }

  static async start({ files = {}, settings = {}, restricted = false }: WorkbenchOptions = {}): Promise<Workbench> {
    const editor = await startEditor({
      vsix: vsixFile,
      args: restricted ? [] : ['--disable-workspace-trust'],
      settings: {
        'workbench.colorTheme': themes.dark,
        'workbench.reduceMotion': 'on',
        'editor.cursorBlinking': 'solid',
        'editor.minimap.enabled': false,
        'files.autoSave': 'off',
        'window.commandCenter': false,
        'security.workspace.trust.startupPrompt': 'never',
        ...settings,
      },
    });
    let browser: Browser | null = null;
    try {
      const folder = path.join(editor.home, 'workspace');
      cpSync(path.join(root, 'examples'), folder, { recursive: true });
      for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
      browser = await launchChromium();
      const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
      page.setDefaultTimeout(30_000);
      await page.goto(`${editor.address}/?folder=${folder}`);
      await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
      return new Workbench(page, folder, path.join(editor.home, 'extensions'), browser, editor);
    } catch (error) {
      await browser?.close();
      await editor.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.editor.stop();
  }

  /**
   * For `afterEach`: where the test failed, writes a picture, and closes all editors, so that they do not disturb the
   * second try.
   */
  async cleanUpFailure({ name, result }: RunnerTask): Promise<void> {
    if (result?.state !== 'fail') return;
    await this.screenshot(`failed ${name}`);
    await this.page.keyboard.press('Escape');
    await this.closeAll();
  }

  /** What the extension has written to its log, for a test that failed. */
  extensionLog(): string {
    const home = path.dirname(this.extensions);
    const names = readdirSync(home, { recursive: true, encoding: 'utf8' });
    const logs = names.filter((name) => path.basename(name) === 'Region Lens.log');
    return logs.map((name) => readFileSync(path.join(home, name), 'utf8')).join('\n');
  }

  /** Changes settings of the folder, which take effect at once. */
  set(settings: Readonly<Record<string, unknown>>): void {
    Object.assign(this.settings, settings);
    mkdirSync(path.join(this.folder, '.vscode'), { recursive: true });
    writeFileSync(path.join(this.folder, '.vscode/settings.json'), JSON.stringify(this.settings, null, 2));
  }

  async setTheme(kind: keyof typeof themes): Promise<void> {
    this.set({ 'workbench.colorTheme': themes[kind] });
    await this.page.locator(`.monaco-workbench.${themeClasses[kind]}`).waitFor();
  }
}
