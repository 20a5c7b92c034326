import { once } from 'node:events'
import * as fs from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { chromium, type Browser, type Page } from 'playwright-core'
import { build } from 'vite'

import { chromiumPath } from './chromium.ts'

export interface OpenPageOptions {
  /** Absolute path of a TypeScript module; what it exports can be called. */
  readonly entry: string
  /** A browser profile to open, or open again: storage survives there, under the same origin. Default: a new one. */
  readonly userDataDir?: string
}

export interface Tab {
  readonly page: Page
  /** Calls an export of the entry module in the page. Arguments and result are copied, as structured data. */
  call(name: string, ...args: readonly unknown[]): Promise<unknown>
}

export interface OpenedPage extends Tab {
  /** Another tab of the same browser and origin. */
  newTab(): Promise<Tab>
  close(): Promise<void>
  /** Every process of the browser dies by SIGKILL in this instant; the profile stays for the next `openPage`. */
  killBrowser(): void
}

/** Opens a page on http://localhost (a secure context) that has loaded the entry module, in a browser of its own. */
export async function openPage({ entry, userDataDir }: OpenPageOptions): Promise<OpenedPage> {
  const profile = userDataDir ?? fs.mkdtempSync(path.join(tmpdir(), 'holdfast-profile-'))
  const server = await serve(await bundle(entry), profile)
  const { executablePath, env } = await chromiumPath()
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    env: { ...process.env, ...env },
  })
  const browserPid = await findBrowserPid(context.browser())

  const openTab = async (page: Page): Promise<Tab> => {
    await page.goto(server.url)
    await page.waitForFunction(() => 'entryModule' in globalThis)
    return { page, call: (name, ...args) => page.evaluate(callExport, { name, args }) }
  }
  const first = await openTab(context.pages()[0] ?? (await context.newPage()))
  return {
    ...first,
    newTab: async () => openTab(await context.newPage()),
    async close() {
      await context.close()
      server.close()
      if (userDataDir === undefined) fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
    killBrowser() {
      // Playwright makes the browser the leader of a process group, and all its helpers stay in that group.
      process.kill(-browserPid, 'SIGKILL')
      server.close()
    },
  }
}

/** Runs in the page. */
async function callExport({ name, args }: { name: string; args: readonly unknown[] }): Promise<unknown> {
  const entry: unknown = Reflect.get(globalThis, 'entryModule')
  const value: unknown = typeof entry === 'object' && entry !== null ? Reflect.get(entry, name) : undefined
  if (typeof value !== 'function') throw new Error(`The entry module exports no function ${name}`)
  return value(...args)
}

async function findBrowserPid(browser: Browser | null): Promise<number> {
  if (browser === null) throw new Error('This Playwright does not tell the browser of a persistent context')
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  const own = processInfo.find((info) => info.type === 'browser')
  if (own === undefined) throw new Error('The browser does not tell its process id')
  return own.id
}

/** The entry and everything it imports, as files to serve. */
async function bundle(entry: string): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    root: path.dirname(entry),
    base: './',
    build: {
      write: false,
      minify: false,
      sourcemap: 'inline',
      modulePreload: false,
      rolldownOptions: {
        input: entry,
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: 'entry.js' },
      },
    },
  })
  const files = new Map<string, string | Uint8Array>()
  for (const built of [result].flat()) {
    if (!('output' in built)) throw new Error('vite was not asked to watch')
    for (const file of built.output)
      files.set(`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source)
  }
  return files
}

const html = `<!doctype html><meta charset="utf-8"><title>Holdfast test page</title>
<script type="module">import * as entry from './entry.js'; globalThis.entryModule = entry</script>`

async function serve(files: ReadonlyMap<string, string | Uint8Array>, profile: string) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const body = pathname === '/' ? html : files.get(pathname)
    const type =
      pathname === '/'
        ? 'text/html'
        : pathname.endsWith('.js')
          ? 'text/javascript'
          : 'application/octet-stream'
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': type, 'cache-control': 'no-store' })
    response.end(body)
  })
  const port = await listen(server, path.join(profile, 'holdfast-port'))
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://localhost:${port}/`, close }
}

/** The port is part of the origin, so a profile that is opened again finds its storage only on the same port. */
async function listen(server: Server, portFile: string): Promise<number> {
  server.listen(fs.existsSync(portFile) ? Number(fs.readFileSync(portFile, 'utf8')) : 0, 'localhost')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  fs.mkdirSync(path.dirname(portFile), { recursive: true })
  fs.writeFileSync(portFile, String(address.port))
  return address.port
}
