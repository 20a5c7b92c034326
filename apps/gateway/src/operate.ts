import path from 'node:path'
import { nodeCrypto } from '@holdfast/envelope/node'
import { parseGatewaySecrets, readSecretFile } from './keys/gateway-secrets.ts'
import { runCommand } from './operations/run-command.ts'

/** The operator's program, beside `main.ts`: `npm run gateway -- <command>`, `npm run backup`, `restore`, `export`. */
const home = path.resolve(textOf('HOLDFAST_HOME') ?? '.holdfast')
const secret = textOf('HOLDFAST_GATEWAY_SECRET')

process.exitCode = await runCommand(process.argv.slice(2), {
  home,
  databaseUrl: textOf('DATABASE_URL'),
  secrets: () =>
    secret === null ? readSecretFile(path.join(home, 'gateway.secret')) : parseGatewaySecrets(secret),
  crypto: nodeCrypto,
  nowMs: Date.now,
  user: textOf('SUDO_USER') ?? textOf('USER') ?? `uid ${process.getuid?.() ?? 'unknown'}`,
  say: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
})

function textOf(name: string): string | null {
  const value = process.env[name]
  return value === undefined || value === '' ? null : value
}
