import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, run, runOrThrow } from './process.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

const fixedPlaces = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/**
 * The full path of a program on PATH.
 * @param {string} name
 */
export function onPath(name) {
  const endings = process.platform === 'win32' ? ['.cmd', '.exe'] : [''];
  for (const folder of (process.env.PATH ?? '').split(path.delimiter))
    for (const ending of endings) {
      const file = path.join(folder, name + ending);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not in this folder.
      }
    }
  return null;
}

async function find() {
  // Loaded here, since this module is also read before the dependencies are installed.
  const { chromium } = await import('playwright-core');
  const places = [...names.map(onPath), ...fixedPlaces, chromium.executablePath()];
  return places.find((file) => file && existsSync(file)) ?? null;
}

async function install() {
  if (process.getuid?.() === 0 && onPath('apt-get')) {
    const options = { quiet: true, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    await run('apt-get', ['update'], options);
    const { code } = await run('apt-get', ['install', '-y', 'chromium'], options);
    if (code === 0) return;
  }
  const playwright = path.join(root, 'node_modules/playwright-core/cli.js');
  await runOrThrow(process.execPath, [playwright, 'install', 'chromium'], { quiet: true });
}

/** The path of a Chromium: the one that CHROMIUM names, one that is installed, else one that is installed now. */
export async function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const found = await find();
  if (found) return found;
  console.log('Installing Chromium ...');
  await install();
  const installed = await find();
  if (!installed) throw new Error('No Chromium was found or could be installed: name one in CHROMIUM');
  return installed;
}

/** Starts it without a display, and without a way out: nothing that runs in it here may need the network. */
export async function launchChromium() {
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath: await findChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await findChromium());
