import { execFile, spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

import type { PostgresBinaries } from './postgres-binaries.ts'
import type { PostgresUser } from './postgres-user.ts'

/** A shutdown writes a checkpoint; on a slow disk after a busy day that takes a while. */
const previousServerTimeoutMs = 30_000
/** Linux allows 107 bytes in a socket's path, macOS 103. */
const socketPathMaxBytes = 103
const socketName = '.s.PGSQL.5432'

export interface NewCluster {
  readonly dataDir: string
  readonly binaries: PostgresBinaries
  readonly user: PostgresUser
  readonly adminRole: string
}

/** The folder appears whole or not at all: a kill in the middle leaves only a scratch folder that the next start drops. */
export async function createCluster({
  dataDir: target,
  binaries,
  user,
  adminRole,
}: NewCluster): Promise<void> {
  dropScratch(target)
  if (fs.existsSync(path.join(target, 'PG_VERSION'))) return
  if (fs.existsSync(target) && fs.readdirSync(target).length > 0) {
    throw new Error(
      `${target} is neither empty nor a PostgreSQL folder. Move it away or choose another folder.`,
    )
  }
  const scratch = `${target}.initdb-${randomUUID()}`
  fs.mkdirSync(scratch, { mode: 0o700 })
  try {
    giveTo(user, scratch)
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
    const args = ['-D', scratch, '-U', adminRole, '--auth=trust', '--no-instructions', ...locale]
    const command = user.command(binaries.initdb, args)
    await promisify(execFile)(command.file, command.args, command.options)
    fs.renameSync(scratch, target)
    syncFolder(path.dirname(target))
    // An initdb whose parent was killed may have written on for a moment after the first sweep.
    dropScratch(target)
  } catch (error) {
    fs.rmSync(scratch, { recursive: true, force: true })
    throw new Error(`PostgreSQL could not create its folder ${target}: ${String(error)}`, { cause: error })
  }
}

function dropScratch(target: string): void {
  const parent = path.dirname(target)
  for (const name of fs.readdirSync(parent)) {
    if (name.startsWith(`${path.basename(target)}.initdb-`)) {
      // What is still writing into it ends by itself.
      fs.rmSync(path.join(parent, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
    }
  }
}

function syncFolder(folder: string): void {
  const handle = fs.openSync(folder, 'r')
  fs.fsyncSync(handle)
  fs.closeSync(handle)
}

/** The process id in `postmaster.pid`, alive or not. */
export function serverProcessId(dataDir: string): number | undefined {
  try {
    const pid = Number.parseInt(fs.readFileSync(pidFile(dataDir), 'utf8'), 10)
    return Number.isNaN(pid) ? undefined : pid
  } catch {
    return undefined
  }
}

/**
 * The caller holds the folder's lock, so a server of ours that still runs has lost its parent: it is shutting down
 * already (Linux) or is told to (elsewhere), and we wait for it. A pid file whose process is dead, a zombie (nobody
 * reaps orphans in many containers) or something else altogether must not stop the start.
 */
export async function endPreviousServer(dataDir: string): Promise<void> {
  const deadlineMs = performance.now() + previousServerTimeoutMs
  let interrupted: number | undefined
  for (;;) {
    const pid = serverProcessId(dataDir)
    if (pid === undefined) break
    const args = serverCommand(pid, dataDir)
    if (args === undefined) {
      claimPidFile(dataDir)
      break
    }
    if (!args.includes('cluster_name=holdfast')) {
      throw new Error(
        `PostgreSQL process ${pid} is running on ${dataDir} and was not started by Holdfast. Stop it first.`,
      )
    }
    if (performance.now() > deadlineMs) {
      throw new Error(
        `PostgreSQL process ${pid}, left over on ${dataDir}, did not end. Stop it (kill -INT ${pid}).`,
      )
    }
    if (interrupted !== pid) interruptProcess(pid)
    interrupted = pid
    await sleep(20)
  }
}

function interruptProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGINT')
  } catch {
    // It ended just now, or it belongs to somebody else; the caller looks again and gives up in time.
  }
}

/**
 * PostgreSQL takes a pid file that names its own parent as stale and then checks the shared memory named in the same
 * file for processes that outlived the postmaster. Deleting the file would skip that check.
 */
function claimPidFile(dataDir: string): void {
  const file = pidFile(dataDir)
  const [, ...rest] = fs.readFileSync(file, 'utf8').split('\n')
  fs.writeFileSync(`${file}.claim`, [String(process.pid), ...rest].join('\n'), { mode: 0o600 })
  fs.renameSync(`${file}.claim`, file)
}

/** The arguments of a live process that is a PostgreSQL working in this folder. */
function serverCommand(pid: number, dataDir: string): string[] | undefined {
  if (process.platform === 'linux') {
    try {
      // Empty for a zombie.
      const args = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return fs.readlinkSync(`/proc/${pid}/cwd`) === dataDir || args.includes(dataDir) ? args : undefined
    } catch {
      return undefined
    }
  }
  const line = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim()
  return line.includes(`postgres -D ${dataDir} `) ? line.split(' ') : undefined
}

function pidFile(dataDir: string): string {
  return path.join(dataDir, 'postmaster.pid')
}

/** Changes the owner of everything in the folder when a run as another kind of user left it with the wrong one. */
export function giveTo(user: PostgresUser, folder: string): void {
  if (user.owner === undefined || process.getuid?.() !== 0) return
  const { uid, gid } = user.owner
  if (isOwnedBy(uid, folder) && isOwnedBy(uid, pidFile(folder))) return
  for (const name of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    fs.lchownSync(path.join(folder, name), uid, gid)
  }
  fs.lchownSync(folder, uid, gid)
}

function isOwnedBy(uid: number, file: string): boolean {
  return (fs.lstatSync(file, { throwIfNoEntry: false })?.uid ?? uid) === uid
}

/**
 * The data folder itself, which only its owner can enter, unless its path is too long for a socket (or has a
 * character that PostgreSQL takes for a separator). Whatever socket lies there is a dead server's.
 */
export function socketFolder(dataDir: string, user: PostgresUser): string {
  const fits =
    Buffer.byteLength(path.join(dataDir, socketName)) <= socketPathMaxBytes && !/[",]/.test(dataDir)
  const folder = fits ? dataDir : privateTemporaryFolder(dataDir, user)
  fs.rmSync(path.join(folder, socketName), { force: true })
  fs.rmSync(path.join(folder, `${socketName}.lock`), { force: true })
  return folder
}

function privateTemporaryFolder(dataDir: string, user: PostgresUser): string {
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 16)
  const folder = path.join(tmpdir(), `holdfast-${hash}`)
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  giveTo(user, folder)
  const found = fs.lstatSync(folder)
  const owned = user.owner === undefined || found.uid === user.owner.uid
  // Anybody may have made it before us in a shared temporary folder; then the server would not be private.
  if (!found.isDirectory() || !owned || (found.mode & 0o077) !== 0) {
    throw new Error(
      `${folder} must be a folder that only this user can enter. Remove it, or shorten the path ${dataDir}.`,
    )
  }
  return folder
}
