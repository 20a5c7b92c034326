// Runs on the machine's own Node before every npm script that needs the dependencies. Everything after it runs
// on the Node that comes out of npm (node_modules/.bin is first on the PATH of an npm script).
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const marker = path.join(root, 'node_modules', '.holdfast-lock')
const lockHash = createHash('sha256')
  .update(readFileSync(path.join(root, 'package-lock.json')))
  .digest('hex')

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  fail(
    `Holdfast needs Node 20.19 or newer to install itself; this is ${process.version}. See https://nodejs.org.`,
  )
}

const npmMajor = Number(/npm\/(\d+)/.exec(process.env.npm_config_user_agent ?? '')?.[1] ?? 11)
if (npmMajor < 10) fail(`Holdfast needs npm 10 or newer; this is npm ${npmMajor}. Run: npm install -g npm@11`)

if (!existsSync(marker) || readFileSync(marker, 'utf8') !== lockHash) {
  process.stdout.write('Installing dependencies (once)…\n')
  const npm = process.env.npm_execpath
  const result = npm
    ? spawnSync(process.execPath, [npm, 'ci'], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', ['ci'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  if (result.status !== 0)
    fail('npm ci failed. Check the network to the npm registry, then run the same command again.')
  writeFileSync(marker, lockHash)
}

const bundled = path.join(root, 'node_modules', '.bin', 'node')
if (process.platform !== 'win32' && !existsSync(bundled)) linkBundledNode()
const version = existsSync(bundled)
  ? execFileSync(bundled, ['--version'], { encoding: 'utf8' }).trim()
  : process.version
if (Number(version.slice(1).split('.')[0]) < 24) {
  fail(
    `Holdfast runs on Node 24, which npm installs with it on Linux, macOS and Windows; found ${version}. ` +
      'Remove node_modules and run again without --omit=optional, or install Node 24 yourself.',
  )
}

/** npm 10 installs the package and forgets the link to its program. */
function linkBundledNode() {
  for (const name of [
    `node-${process.platform}-${process.arch}`,
    `node-bin-${process.platform}-${process.arch}`,
  ]) {
    const program = path.join('..', name, 'bin', 'node')
    if (existsSync(path.join(root, 'node_modules', '.bin', program))) {
      symlinkSync(program, bundled)
      return
    }
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
