import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { root } from '../../scripts/process.mjs';

/** The editor writes spaces as no-break spaces, and marks bidirectional text. */
const plain = (text: string) => text.replace(/\u00a0/g, ' ').replace(/[\u200b-\u200f\u2066-\u2069]/g, '');

async function isThere(row: Locator): Promise<boolean> {
  return row.waitFor({ timeout: 5000 }).then(
    () => true,
    () => false,
  );
}

/** The window of a VS Code, as a person uses it. */
export class WorkbenchPage {
  constructor(readonly page: Page) {}

  /** Writes a picture of the whole window to test-output/screenshots. */
  async screenshot(name: string): Promise<void> {
    const folder = path.join(root, 'test-output/screenshots');
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: path.join(folder, `${name}.png`), animations: 'disabled' });
  }

  protected get quickInput(): Locator {
    return this.page.locator('.quick-input-widget');
  }

  protected async choose(key: string, typed: string, row: string): Promise<void> {
    await this.pick(key, typed, row);
    await this.quickInput.waitFor({ state: 'hidden' });
  }

  protected async pick(key: string, typed: string, row: string): Promise<void> {
    const input = this.quickInput.locator('input');
    // A key pressed while the focus moves, say out of a panel that closes, is lost.
    for (let tries = 0; tries < 10 && !(await input.isVisible()); tries++) {
      await this.page.keyboard.press(key);
      await input.waitFor({ timeout: 1000 }).catch(() => null);
    }
    await input.fill(typed);
    // The list is filtered a moment after the typing: until then Enter would take another row.
    await this.quickInput.locator('.monaco-list-row.focused', { hasText: row }).waitFor();
    await this.page.keyboard.press('Enter');
  }

  /**
   * Runs a command that asks for a file, and gives its path to the editor's own dialog, under this title. `before` is
   * the row to take from a list that comes first.
   */
  async runWithFile(command: string, title: string, file: string, before?: string): Promise<void> {
    await this.pick('F1', `>${command}`, command);
    if (before !== undefined) {
      const row = this.quickInput.locator('.monaco-list-row.focused', { hasText: before });
      await row.waitFor();
      await this.page.keyboard.press('Enter');
      await row.waitFor({ state: 'detached' });
    }
    await this.giveFile(title, file);
  }

  /** Gives the path of a file to the editor's own dialog, under this title; of one that is not there, to be saved. */
  async giveFile(title: string, file: string, isNew = false): Promise<void> {
    await this.quickInput.locator('.quick-input-title', { hasText: title }).waitFor();
    const input = this.quickInput.locator('input[type="text"], input:not([type])').first();
    const row = this.quickInput.locator('.monaco-list-row', { hasText: path.basename(file) });
    // The dialog writes the folder that it starts in when it has looked at it, also over what was typed by then.
    for (let tries = 0; tries < 10 && (await this.quickInput.isVisible()); tries++) {
      await input.fill(file);
      const isTaken = isNew ? this.isStill(input, file) : isThere(row.first());
      if (!(await isTaken)) continue;
      await this.page.keyboard.press('Enter');
      await this.quickInput.waitFor({ state: 'hidden', timeout: 1500 }).catch(() => null);
    }
    await this.quickInput.waitFor({ state: 'hidden' });
  }

  /** Whether a box still holds what was typed after a moment. */
  private async isStill(input: Locator, typed: string): Promise<boolean> {
    await this.page.waitForTimeout(300);
    return (await input.inputValue()) === typed;
  }

  /** Runs a command by its title in the palette. */
  async runCommand(title: string): Promise<void> {
    await this.choose('F1', `>${title}`, title);
  }

  /** Runs a command that shows a list, chooses `row` of it, and types an answer into the box that comes next. */
  async runWithAnswer(command: string, row: string, typed: string): Promise<void> {
    await this.pick('F1', `>${command}`, command);
    await this.quickInput.locator('.monaco-list-row', { hasText: row }).first().click();
    await this.quickInput.locator('.quick-input-list').waitFor({ state: 'hidden' });
    await this.quickInput.locator('input[type="text"], input:not([type])').first().fill(typed);
    await this.page.keyboard.press('Enter');
    await this.quickInput.waitFor({ state: 'hidden' });
  }

  /** The rows of the list that a command shows, once `row` is one of them; nothing is chosen. */
  async listOf(command: string, row: string): Promise<string[]> {
    await this.pick('F1', `>${command}`, command);
    const rows = this.quickInput.locator('.monaco-list-row .label-name');
    await rows.filter({ hasText: row }).first().waitFor();
    const names = await rows.allInnerTexts();
    await this.page.keyboard.press('Escape');
    await this.quickInput.waitFor({ state: 'hidden' });
    return names;
  }

  /** Shows the active file in another of the editors that are there for it. */
  async reopenWith(editor: string): Promise<void> {
    await this.runWithChoice('View: Reopen Editor With...', editor);
  }

  /** Runs a command that shows a list, and chooses `row` of it. */
  async runWithChoice(command: string, row: string): Promise<void> {
    await this.pick('F1', `>${command}`, command);
    await this.quickInput.locator('.monaco-list-row', { hasText: row }).first().click();
    await this.quickInput.waitFor({ state: 'hidden' });
  }

  /** Opens a file of the folder in its default editor, which for a binary one shows no text. */
  async openBinary(name: string): Promise<void> {
    await this.openTab(name);
    // Its page takes the focus when it appears, which closes the palette.
    await this.page.locator('.monaco-editor-pane-placeholder').waitFor();
  }

  protected async openTab(name: string): Promise<void> {
    await this.choose('Control+P', name, name);
    // A panel about the file names it in its own tab.
    await this.page
      .locator(`.tab.active[data-resource-name=${JSON.stringify(name)}]`)
      .first()
      .waitFor();
  }

  /** Opens a file of the folder and waits until its text is there. */
  async openFile(name: string): Promise<void> {
    await this.openTab(name);
    await this.page.locator('.editor-instance .view-line').first().waitFor();
  }

  /** Closes all editors and panels, without saving. */
  async closeAll(): Promise<void> {
    const tabs = this.page.locator('.tab');
    for (let left = await tabs.count(); left > 0; left--) {
      await this.runCommand('View: Revert and Close Editor');
      await tabs.nth(left - 1).waitFor({ state: 'detached' });
    }
  }

  /** Notifications of what failed, of whatever extension. */
  get failures(): Locator {
    return this.page.locator('.notification-toast:has(.codicon-error)');
  }

  /** A line of the editor by what is written in it. */
  line(text: string): Locator {
    return this.page.locator('.view-line', { hasText: new RegExp(text.replace(/ /g, '\\s')) }).first();
  }

  /** The line's text with its inlay hints, as a person sees it. */
  async lineText(text: string): Promise<string> {
    return plain(await this.line(text).innerText());
  }

  /** Waits for a line that matches, hints included; its text. */
  async waitForLine(pattern: RegExp, timeout?: number): Promise<string> {
    const line = this.page.locator('.view-line', { hasText: new RegExp(pattern.source.replace(/ /g, '\\s')) }).first();
    await line.waitFor({ timeout });
    return plain(await line.innerText());
  }

  /** All code lenses that are visible, a text each. */
  async codeLenses(): Promise<string[]> {
    await this.page.locator('.codelens-decoration a').first().waitFor();
    return (await this.page.locator('.codelens-decoration').allInnerTexts()).map(plain);
  }

  /** Rests the pointer on a word, where it first stands; the text of the hover that comes up. */
  async hoverText(word: string, containing: string): Promise<string> {
    await this.line(word).locator('span', { hasText: word }).last().hover();
    const hover = this.page.locator('.monaco-hover:visible', { hasText: containing });
    await hover.first().waitFor();
    return plain(await hover.first().innerText());
  }

  /** Waits until the cursor of an editor, focused or not, is on a line. */
  async cursorIsOn(line: number): Promise<void> {
    await this.page.locator('.active-line-number', { hasText: new RegExp(`^${line}$`) }).waitFor();
  }

  /** The document of the webview that is shown; it lies two frames deep. */
  get webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }
}
