import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchChromium } from '../../../scripts/chromium.mjs';
import { root } from '../../../scripts/process.mjs';
import type { HostMessage } from '../../../src/protocol/messages.ts';
import { bundlePanel, PanelPage, type Bundle, type PanelOptions } from './panelPage.ts';

/** The panels of one file of tests. */
export interface OpenPanels {
  readonly bundle: Bundle;
  /** A panel to which these messages were sent. */
  open(messages: readonly HostMessage[], options?: PanelOptions): Promise<PanelPage>;
}

/**
 * One browser for all tests of a file. After each test: whatever it did, its panels have broken no policy, thrown
 * nothing and complained about nothing. Other tests load theirs into the same pages, unless it has failed.
 */
export function usePanels(): OpenPanels {
  let browser: Browser;
  let bundle: Bundle;
  let panels: PanelPage[] = [];
  const unused: PanelPage[] = [];

  beforeAll(async () => {
    [browser, bundle] = await Promise.all([launchChromium(), bundlePanel(root)]);
  });
  afterAll(() => browser.close());
  afterEach(async ({ task }) => {
    const problems = panels.flatMap((panel) => panel.problems);
    if (task.result?.state === 'fail' || problems.length > 0) await Promise.all(panels.map((panel) => panel.close()));
    else unused.push(...panels);
    panels = [];
    expect(problems).toEqual([]);
  });
  return {
    get bundle() {
      return bundle;
    },
    async open(messages, options = {}) {
      const panel = unused.pop() ?? (await PanelPage.create(browser, bundle));
      panels.push(panel);
      await panel.load(options);
      await panel.send(...messages);
      return panel;
    },
  };
}
