import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { postgresUser } from '../database/postgres-user.ts'

/** Where Debian and its like put their PostgreSQL. */
const INSTALLED = '/usr/lib/postgresql'

export interface OtherPostgres {
  /** As an ordinary role that owns the database `holdfast`. */
  readonly url: string
  stop(): Promise<void>
}

/** Folders of installed PostgreSQL programs, by major version, from 15 on. */
export function installedPostgres(): readonly { readonly major: number; readonly bin: string }[] {
  if (!existsSync(INSTALLED)) return []
  return readdirSync(INSTALLED)
    .map((name) => ({ major: Number(name), bin: path.join(INSTALLED, name, 'bin') }))
    .filter(({ major, bin }) => major >= 15 && existsSync(path.join(bin, 'postgres')))
}

/** A server of its own out of these programs, as `DATABASE_URL` would name it. It ends with this process. */
export async function startOtherPostgres(bin: string): Promise<OtherPostgres> {
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'holdfast-other-'))
  const dataDir = path.join(folder, 'data')
  const user = postgresUser()
  const make = user.command(path.join(bin, 'initdb'), [
    '-D',
    dataDir,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
  ])
  execFileSync(make.file, make.args, { ...make.options, stdio: 'ignore' })
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${dataDir}`,
    'fsync=off',
    'cluster_name=holdfast',
  ]
  const serve = user.command(path.join(bin, 'postgres'), [
    '-D',
    dataDir,
    ...settings.flatMap((one) => ['-c', one]),
  ])
  const server = spawn(serve.file, serve.args, { ...serve.options, stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()))

  const urlOf = (role: string, database: string): string =>
    `postgresql:///${database}?${new URLSearchParams({ host: dataDir, user: role }).toString()}`
  const admin = await connect(urlOf('postgres', 'postgres'))
  await admin.query('create role holdfast login createdb')
  await admin.query('create database holdfast owner holdfast')
  await admin.end()
  return {
    url: urlOf('holdfast', 'holdfast'),
    async stop() {
      server.kill('SIGINT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function connect(url: string): Promise<Client> {
  for (let tries = 0; ; tries += 1) {
    const client = new Client({ connectionString: url })
    try {
      await client.connect()
      return client
    } catch (error) {
      if (tries > 600) throw error
      await sleep(50)
    }
  }
}
