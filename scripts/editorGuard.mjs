/**
 * Runs the VS Code web server for as long as its owner lives, which holds the other end of this process's standard
 * input: however the owner ends, the pipe closes. Then the server, all that it started and its folder go.
 *
 *   node editorGuard.mjs FOLDER PROGRAM ARGUMENT...
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [folder, ...command] = process.argv.slice(2);

// The signal that ends the group, which this process leads.
process.on('SIGTERM', () => {});

const server = spawn(process.execPath, command, { stdio: ['ignore', 'inherit', 'inherit'] });
const serverEnd = once(server, 'exit');
await Promise.race([serverEnd, once(process.stdin.resume(), 'end')]);

const isWindows = process.platform === 'win32';
if (isWindows) spawnSync('taskkill', ['/pid', String(server.pid), '/T', '/F']);
else process.kill(-process.pid, 'SIGTERM');
await Promise.race([serverEnd, sleep(5000)]);
rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
if (!isWindows) process.kill(-process.pid, 'SIGKILL');
process.exit();
