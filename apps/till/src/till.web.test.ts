import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chromiumPath } from '../../../tools/chromium.ts'
import { buildTill } from '../build.ts'
import { startTillServer, type TillServer } from './server.ts'

/** Nothing listens there: these tests need no gateway. */
const NO_GATEWAY = 'http://localhost:9'

let server: TillServer
let profile: string
let context: BrowserContext
let problems: string[]

beforeAll(async () => {
  await buildTill()
})

beforeEach(async () => {
  server = await startTillServer({
    port: 0,
    gatewayUrl: NO_GATEWAY,
    demoDeviceCode: () => Promise.resolve('DEMO2345'),
  })
  profile = mkdtempSync(path.join(tmpdir(), 'holdfast-till-'))
  context = await openBrowser()
  problems = []
})

afterEach(async () => {
  await context.close()
  await server.close()
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
})

async function openBrowser(): Promise<BrowserContext> {
  const { executablePath, env } = await chromiumPath()
  return chromium.launchPersistentContext(profile, {
    executablePath,
    env: { ...process.env, ...env },
    locale: 'en-GB',
    viewport: { width: 360, height: 740 },
  })
}

async function openTill(): Promise<Page> {
  const page = await context.newPage()
  page.on('console', (message) => {
    if (/Content Security Policy|Uncaught|Warning/.test(message.text())) problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(`http://localhost:${server.port}/`)
  await page.getByRole('heading', { name: 'Set up this till' }).waitFor()
  return page
}

/** The build is in the cache and the worker answers for this page. */
async function awaitInstalled(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
}

test('a till that its browser has emptied tells how many payments are lost, and starts anew on a word only', async () => {
  const note = { deviceId: 'dev_000000000000000000000007', seq: 41, waiting: 3 }
  const page = await openTill()
  await page.evaluate((text) => localStorage.setItem('holdfast-note', text), JSON.stringify(note))
  for (let starts = 0; starts < 2; starts += 1) {
    await page.reload()
    await page.getByText('3 stored payments had not been sent and are lost.').waitFor()
    await page.getByText(note.deviceId).waitFor()
  }
  await page.getByRole('button', { name: 'I have noted it: set up anew' }).click()
  await page.getByRole('heading', { name: 'Set up this till' }).waitFor()
  expect(problems).toEqual([])
})

describe('the setup page', () => {
  test('opens without an error of the page or of its content security policy', async () => {
    const page = await openTill()
    await awaitInstalled(page)
    expect(problems).toEqual([])
  })

  test('says how many signs of the code are missing, and asks for a name', async () => {
    const page = await openTill()
    await page.getByLabel('Device code').fill('abc')
    await page.getByRole('button', { name: 'Set up' }).click()
    await page.getByText('You have typed 3.').waitFor()
    await page.getByText('Give this till a name.').waitFor()
    expect(await page.getByLabel('Device code').getAttribute('aria-invalid')).toBe('true')
  })

  test('says that the gateway cannot be reached, with Enter alone as the way to send', async () => {
    const page = await openTill()
    await page.getByLabel('Device code').fill('abcd2345')
    expect(await page.getByLabel('Device code').inputValue()).toBe('ABCD-2345')
    await page.getByLabel('Name of this till').fill('Counter 1')
    await page.keyboard.press('Enter')
    await page.getByText('The gateway cannot be reached now.').waitFor()
    expect(await page.getByRole('button', { name: 'Set up' }).isEnabled()).toBe(true)
  })

  test('offers the code of a local demo as one tap', async () => {
    const page = await openTill()
    await page.getByRole('button', { name: 'Use DEMO-2345' }).click()
    await page.getByText('The gateway cannot be reached now.').waitFor()
  })

  test('speaks three languages, remembers the choice, and fits on 360 pixels in each', async () => {
    const page = await openTill()
    for (const [language, title] of [
      ['Español', 'Configurar esta caja'],
      ['English', 'Set up this till'],
      ['Français', 'Installer cette caisse'],
    ] as const) {
      await page.getByText(language).click()
      await page.getByRole('heading', { name: title }).waitFor()
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(tooWide, `${language} scrolls sideways`).toBeLessThanOrEqual(0)
    }
    await page.reload()
    await page.getByRole('heading', { name: 'Installer cette caisse' }).waitFor()
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('fr')
  })

  test('is dark where the device is', async () => {
    const page = await openTill()
    const background = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    const light = await background()
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await background()).not.toBe(light)
  })
})

describe('with the network gone', () => {
  test('the till opens from a cold start after one visit, with its server dead (P4, §8)', async () => {
    await awaitInstalled(await openTill())
    await context.close()
    await server.close()
    context = await openBrowser()
    const page = await openTill()
    expect(await page.getByRole('button', { name: 'Use DEMO-2345' }).isVisible()).toBe(true)
  })

  test('nothing that the till asks its server is answered from a cache', async () => {
    const page = await openTill()
    await awaitInstalled(page)
    const kept = await page.evaluate(async () => {
      const names = await caches.keys()
      const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
      return requests.flat().map((request) => new URL(request.url).pathname)
    })
    expect(kept).toContain('/')
    expect(kept.filter((file) => /config|healthz|device|service-worker/.test(file))).toEqual([])
  })
})

describe('one tab only', () => {
  test('a second tab says so, and takes over when the first one is closed', async () => {
    const first = await openTill()
    const second = await context.newPage()
    await second.goto(`http://localhost:${server.port}/`)
    await second.getByRole('heading', { name: 'The till is open in another tab' }).waitFor()
    await first.close()
    await second.getByRole('button', { name: 'Continue here' }).click()
    await second.getByRole('heading', { name: 'Set up this till' }).waitFor()
  })
})

describe('a new version', () => {
  test('waits until the cashier lets it in, and then brings the new policy of the server', async () => {
    const page = await openTill()
    await awaitInstalled(page)
    const { port } = server
    await server.close()
    server = await startTillServer({ port, gatewayUrl: 'http://localhost:10' })
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready
      await registration.update()
    })
    await page.getByText('A new version is ready').waitFor()
    expect(await policyOf(page)).toContain(NO_GATEWAY)
    await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Update now' }).click()])
    await page.getByRole('heading', { name: 'Set up this till' }).waitFor()
    expect(await policyOf(page)).toContain('http://localhost:10')
  })
})

/** Of the shell as the worker serves it. */
async function policyOf(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const shell = await caches.match('/')
    return shell?.headers.get('content-security-policy') ?? ''
  })
}
