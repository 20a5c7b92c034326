import path from 'node:path'
import { parseArgs } from 'node:util'
import pino from 'pino'
import { acquirerConfigOf } from './acquirer/acquirer-config.ts'
import { defaultFilesBound } from './files/files-bound.ts'
import { Gateway, type GatewayConfig } from './gateway.ts'
import { parseRole, type Role } from './world/role.ts'

const API_RATE = 500
const ACQUIRER_FILES_EVERY_MS = 60_000

/** The program: `main.ts [--role all|api|worker]`. The only reader of the environment. */
const logger = pino({ level: process.env['HOLDFAST_LOG_LEVEL'] ?? 'info', base: { app: 'gateway' } })
const gateway = gatewayOf(process.env)
let exitCode = 0
let ending = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    // Asked twice: what is in flight is found again by its lease, as after a crash.
    process.once(signal, () => process.exit(1))
    void end(signal, 0)
  })
}
// Whoever read the log may be gone; sales go on without it.
process.stdout.on('error', () => {})

void gateway.lost.then((error) => end(error.message, 1))
try {
  await gateway.start()
} catch (error) {
  logger.fatal({ error: error instanceof Error ? error.message : String(error) }, 'gateway could not start')
  await end('failed start', 1)
}

async function end(why: string, code: number): Promise<void> {
  exitCode = Math.max(exitCode, code)
  if (ending) return
  ending = true
  logger.info({ why }, 'gateway stopping')
  await gateway.stop()
  logger.info({}, 'gateway stopped')
  process.exit(exitCode)
}

/** What the environment says wrongly ends the program before anything listens. */
function gatewayOf(env: NodeJS.ProcessEnv): Gateway {
  try {
    return new Gateway(configOf(env, roleOf(process.argv.slice(2))), logger)
  } catch (error) {
    logger.fatal({ error: error instanceof Error ? error.message : String(error) }, 'gateway could not start')
    process.exit(1)
  }
}

function configOf(env: NodeJS.ProcessEnv, role: Role): GatewayConfig {
  return {
    role,
    host: textOf(env, 'HOLDFAST_GATEWAY_HOST') ?? '127.0.0.1',
    port: portOf(env, 'HOLDFAST_GATEWAY_PORT', 4_000),
    home: path.resolve(textOf(env, 'HOLDFAST_HOME') ?? '.holdfast'),
    databaseUrl: textOf(env, 'DATABASE_URL'),
    publicUrl: publicUrlOf(env),
    secret: textOf(env, 'HOLDFAST_GATEWAY_SECRET'),
    acquirer: {
      host: textOf(env, 'HOLDFAST_ACQUIRER_HOST') ?? '127.0.0.1',
      port: portOf(env, 'HOLDFAST_ACQUIRER_PORT', 4_003),
      ...acquirerConfigOf((name) => textOf(env, name)),
    },
    rateLimit: rateLimitOf(env),
    filesBound: filesBoundOf(env),
    demo: textOf(env, 'HOLDFAST_DEMO') === '1',
    mail: mailOf(env),
    acquirerFiles: acquirerFilesOf(env),
    allowPrivateWebhooks: textOf(env, 'HOLDFAST_WEBHOOKS_PRIVATE') === 'allow',
    metricsToken: textOf(env, 'HOLDFAST_METRICS_TOKEN'),
  }
}

function roleOf(args: readonly string[]): Role {
  const { values } = parseArgs({ args: [...args], options: { role: { type: 'string', default: 'all' } } })
  const role = parseRole(values.role)
  if (role === null) throw new Error(`--role ${values.role} is not one of all, api, worker`)
  return role
}

/** Requests of the merchant API per second, for each account and mode; twice as many at once. */
function rateLimitOf(env: NodeJS.ProcessEnv): GatewayConfig['rateLimit'] {
  const perSecond = Number(textOf(env, 'HOLDFAST_API_RATE') ?? API_RATE)
  if (!Number.isInteger(perSecond) || perSecond < 1)
    throw new Error('HOLDFAST_API_RATE is not a number of requests')
  return { perSecond, burst: perSecond * 2 }
}

/** Of what no dispute names, for each account and mode. */
function filesBoundOf(env: NodeJS.ProcessEnv): GatewayConfig['filesBound'] {
  const countMax = Number(textOf(env, 'HOLDFAST_FILES_MAX') ?? defaultFilesBound.countMax)
  if (!Number.isInteger(countMax) || countMax < 0)
    throw new Error('HOLDFAST_FILES_MAX is not a number of files')
  const bytesMax = Number(textOf(env, 'HOLDFAST_FILES_BYTES_MAX') ?? defaultFilesBound.bytesMax)
  if (!Number.isSafeInteger(bytesMax) || bytesMax < 0)
    throw new Error('HOLDFAST_FILES_BYTES_MAX is not a number of bytes')
  return { countMax, bytesMax }
}

function textOf(env: NodeJS.ProcessEnv, name: string): string | null {
  const value = env[name]
  return value === undefined || value === '' ? null : value
}

function portOf(env: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  const port = Number(textOf(env, name) ?? otherwise)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`${name} is not a port`)
  return port
}

/** Where the acquirer serves its chargebacks and funding files; it is looked at once a minute unless it is said otherwise. */
function acquirerFilesOf(env: NodeJS.ProcessEnv): GatewayConfig['acquirerFiles'] {
  const url = textOf(env, 'HOLDFAST_ACQUIRER_FILES_URL')
  if (url === null) return null
  if (!/^https?:\/\//.test(url))
    throw new Error('HOLDFAST_ACQUIRER_FILES_URL must begin with http:// or https://')
  const everyMs = Number(textOf(env, 'HOLDFAST_ACQUIRER_FILES_EVERY_MS') ?? ACQUIRER_FILES_EVERY_MS)
  if (!Number.isInteger(everyMs) || everyMs < 100)
    throw new Error('HOLDFAST_ACQUIRER_FILES_EVERY_MS is not a number of milliseconds from 100 on')
  return { url, everyMs }
}

function publicUrlOf(env: NodeJS.ProcessEnv): string | null {
  const url = textOf(env, 'HOLDFAST_PUBLIC_URL')
  if (url === null) return null
  if (!/^https?:\/\//.test(url)) throw new Error('HOLDFAST_PUBLIC_URL must begin with http:// or https://')
  return url.replace(/\/+$/, '')
}

function mailOf(env: NodeJS.ProcessEnv): GatewayConfig['mail'] {
  const url = textOf(env, 'HOLDFAST_SMTP_URL')
  if (url === null) return null
  const from = textOf(env, 'HOLDFAST_MAIL_FROM')
  if (!/^smtps?:\/\//.test(url)) throw new Error('HOLDFAST_SMTP_URL must begin with smtp:// or smtps://')
  if (from === null || !/^[^\s@<>]+@[^\s@<>]+$/.test(from))
    throw new Error('HOLDFAST_MAIL_FROM must be an address that mails may come from, like till@shop.example')
  return { url, from }
}
