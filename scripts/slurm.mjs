/**
 * A SLURM cluster of this machine alone: its daemons listen on loopback, on ports of their own, and keep everything in
 * one folder, so that it disturbs no other cluster and needs no file in /etc.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, hostname, totalmem, userInfo } from 'node:os';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { run, runOrThrow } from './process.mjs';

const PACKAGES = ['slurm-wlm', 'slurm-client', 'munge', 'parallel'];
const DAEMONS = ['munged', 'slurmctld', 'slurmd'];

/** Daemons lie where only root looks for programs. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
const quiet = { quiet: true, env };

/** @param {string} program */
const isThere = async (program) => (await run('which', [program], quiet)).code === 0;

/** Whether SLURM is here; as root on Debian it is installed where it is not, and GNU parallel beside it. */
export async function installSlurm() {
  if (process.platform !== 'linux') return false;
  const areThere = async () => (await Promise.all(DAEMONS.map(isThere))).every(Boolean);
  if (await areThere()) return true;
  if (process.getuid?.() !== 0 || !(await isThere('apt-get'))) return false;
  const options = { quiet: true, env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } };
  await run('apt-get', ['update'], options);
  await run('apt-get', ['install', '-y', '--no-install-recommends', ...PACKAGES], options);
  return areThere();
}

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/**
 * The first two daemons need systemd or control groups for their usual plugins; these need neither.
 * @param {string} folder
 * @param {{ controller: number, node: number }} ports
 */
function configuration(folder, ports) {
  const host = hostname();
  const user = userInfo().username;
  const cores = availableParallelism();
  const megabytes = Math.floor(totalmem() / 2 ** 21);
  return `ClusterName=one
SlurmctldHost=${host}(127.0.0.1)
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.socket
SlurmctldPort=${ports.controller}
SlurmdPort=${ports.node}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/log/slurmctld.log
SlurmdLogFile=${folder}/log/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
ReturnToService=2
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${cores} Boards=1 SocketsPerBoard=1 CoresPerSocket=${cores} ThreadsPerCore=1 RealMemory=${megabytes} State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}

/** Daemons have this long to end by themselves. */
const STOP_MS = 10_000;

/**
 * False where there is no such process any more.
 * @param {number} pid
 * @param {NodeJS.Signals | 0} name
 */
function signal(pid, name) {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts the cluster in an empty folder (whose path has no spaces), and waits until its node takes jobs. Errors: an
 * Error with the logs where it does not.
 * @param {string} folder
 */
export async function startSlurm(folder) {
  for (const name of ['state', 'spool', 'log']) mkdirSync(path.join(folder, name), { recursive: true });
  const file = (/** @type {string} */ name) => path.join(folder, name);
  writeFileSync(file('munge.key'), randomBytes(1024), { mode: 0o600 });
  writeFileSync(file('slurm.conf'), configuration(folder, { controller: await freePort(), node: await freePort() }));
  const withConf = { quiet: true, env: { ...env, SLURM_CONF: file('slurm.conf') } };
  const pids = () =>
    ['slurmd.pid', 'slurmctld.pid', 'munged.pid'].flatMap((name) => {
      try {
        return [Number(readFileSync(file(name), 'utf8'))];
      } catch {
        return [];
      }
    });
  // Daemons write to the folder until they have ended.
  const stop = () => {
    const started = pids().filter((pid) => signal(pid, 'SIGTERM'));
    const deadline = Date.now() + STOP_MS;
    while (started.some((pid) => signal(pid, 0)) && Date.now() < deadline) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    }
    for (const pid of started) signal(pid, 'SIGKILL');
  };
  try {
    const munge = {
      key: 'munge.key',
      socket: 'munge.socket',
      pid: 'munged.pid',
      log: 'log/munged.log',
      seed: 'munged.seed',
    };
    const words = Object.entries(munge).map(
      ([option, name]) => `--${option}${option === 'socket' ? '' : '-file'}=${file(name)}`,
    );
    await runOrThrow('munged', ['--force', ...words], withConf);
    for (const daemon of ['slurmctld', 'slurmd']) await runOrThrow(daemon, ['-f', file('slurm.conf')], withConf);
    for (let tries = 0; ; tries++) {
      const { output } = await run('sinfo', ['--noheader', '--format=%T'], withConf);
      if (output.trim() === 'idle') return { env: withConf.env, stop };
      if (tries > 60) throw new Error(`The cluster takes no jobs: ${output}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } catch (error) {
    stop();
    throw error;
  }
}
