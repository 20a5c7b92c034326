import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import path from 'node:path'

/** `nobody`: an unprivileged user with a passwd entry, which PostgreSQL insists on. */
const nobody = 65534

export interface PostgresUser {
  /** Who must own the data folder, as seen by this process. Undefined where the platform has no user ids. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined
  /** The way to run a PostgreSQL program as this user, ending when this process ends. */
  command(file: string, args: readonly string[]): PostgresCommand
}

interface PostgresCommand {
  readonly file: string
  readonly args: readonly string[]
  readonly options: {
    readonly env: Record<string, string>
    readonly uid?: number
    readonly gid?: number
  }
}

/**
 * PostgreSQL refuses to run as root. As root we run it in a user namespace that shows it an ordinary user while its
 * files stay root's; where namespaces are forbidden (a default container), as `nobody`, who then needs a way to the
 * folders. As anybody else, directly.
 */
export function postgresUser(): PostgresUser {
  const uid = process.getuid?.()
  const gid = process.getgid?.()
  const tether = tetherCommand()
  if (uid === undefined || gid === undefined) return { owner: undefined, command: direct(tether) }
  if (uid !== 0) return { owner: { uid, gid }, command: direct(tether) }

  const namespace = ['unshare', '--user', `--map-user=${nobody}`, `--map-group=${nobody}`]
  if (works(namespace)) {
    return { owner: { uid, gid }, command: direct([...namespace, ...tether]) }
  }
  return { owner: { uid: nobody, gid: nobody }, command: asNobody(tether) }
}

function direct(
  prefix: readonly string[],
  ids: { uid?: number; gid?: number } = {},
): PostgresUser['command'] {
  return (file, args) => {
    const [first = file, ...rest] = [...prefix, file, ...args]
    return { file: first, args: rest, options: { env: environment(), ...ids } }
  }
}

function asNobody(tether: readonly string[]): PostgresUser['command'] {
  const run = direct(tether, { uid: nobody, gid: nobody })
  return (file, args) => {
    const folder = args[args.indexOf('-D') + 1] ?? file
    for (const wanted of [path.dirname(file), path.dirname(folder)]) refuseClosedFolders(wanted)
    return run(file, args)
  }
}

function refuseClosedFolders(folder: string): void {
  if ((statSync(folder).mode & 0o001) === 0) {
    throw new Error(
      `PostgreSQL cannot run as root, user namespaces are refused here, and ${folder} is closed to other users. ` +
        'Run Holdfast as an ordinary user, or move it to a folder that others may enter, or set DATABASE_URL.',
    )
  }
  const parent = path.dirname(folder)
  if (parent !== folder) refuseClosedFolders(parent)
}

/** Linux can send a signal to a child whose parent dies; SIGINT is PostgreSQL's fast shutdown. */
function tetherCommand(): string[] {
  const tether = ['setpriv', '--pdeathsig', 'INT']
  return process.platform === 'linux' && works(tether) ? tether : []
}

function works([file = '', ...args]: readonly string[]): boolean {
  return spawnSync(file, [...args, 'true'], { stdio: 'ignore' }).status === 0
}

/** Nothing of the caller's PG*, LC_* or LD_* settings may change what the server does. */
function environment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
}
