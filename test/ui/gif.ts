import * as esbuild from 'esbuild';
import type { Page } from 'playwright-core';
import { root } from '../../scripts/process.mjs';

/** One picture of an animation, as PNG, and how long it is shown. */
export interface Frame {
  readonly png: Buffer;
  readonly milliseconds: number;
}

declare global {
  interface Window {
    encodeGif: (frames: readonly { url: string; milliseconds: number }[], width: number) => Promise<string>;
  }
}

/**
 * An animated GIF of pictures of one size, this many pixels wide, that is repeated without end. The browser decodes and
 * scales the pictures: `page` is any page without content of its own.
 */
export async function animatedGif(page: Page, frames: readonly Frame[], width: number): Promise<Buffer> {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['test/ui/gifPage.ts'],
    bundle: true,
    write: false,
    format: 'iife',
    logLevel: 'silent',
  });
  await page.goto('about:blank');
  await page.addScriptTag({ content: outputFiles[0].text });
  const encoded = await page.evaluate(([list, size]) => window.encodeGif(list, size), [
    frames.map(({ png, milliseconds }) => ({
      url: `data:image/png;base64,${png.toString('base64')}`,
      milliseconds,
    })),
    width,
  ] as const);
  return Buffer.from(encoded, 'base64');
}
