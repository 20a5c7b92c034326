import type { Lease } from '@holdfast/protocol'
import { serveScriptedGateway } from '@holdfast/sdk/scripted-gateway'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { chromiumPath } from '../../../../tools/chromium.ts'
import { startTillServer } from '../server.ts'

/** Set to a folder, the screens are also kept there as pictures. */
const PICTURES = process.env['HOLDFAST_PICTURES']

export type GatewayOfTest = Awaited<ReturnType<typeof serveScriptedGateway>>['gateway']

/** A till that is set up, in a browser with the screen of a telephone, against a gateway that the test rules. */
export interface TillPage {
  /** Another one after `reopen`. */
  readonly page: Page
  readonly gateway: GatewayOfTest
  /** Without a slash at its end. */
  readonly url: string
  /** The browser is closed and opened again on its profile; `offline`: gateway and till's server are gone meanwhile. */
  reopen(world: { readonly offline: boolean }): Promise<void>
  picture(name: string): Promise<void>
  close(): Promise<void>
}

/** `change`: what the lease says otherwise than the plain one. The till has been built. */
export async function openTillPage(change: (lease: Lease) => Partial<Lease> = () => ({})): Promise<TillPage> {
  const served = await serveScriptedGateway({ storedCount: 100 })
  const { gateway, url: gatewayUrl } = served
  gateway.lease = { ...gateway.lease, ...change(gateway.lease) }
  const server = await startTillServer({ port: 0, gatewayUrl })
  const url = `http://localhost:${server.port}`
  const profile = mkdtempSync(path.join(tmpdir(), 'holdfast-till-'))
  let { context, page } = await openBrowser(profile, url)
  await page.getByLabel('Device code').fill('ABCD2345')
  await page.getByLabel('Name of this till').fill('Counter 1')
  await page.keyboard.press('Enter')
  await page.locator('form.sell').waitFor()
  return {
    get page() {
      return page
    },
    gateway,
    url,
    async reopen({ offline }) {
      await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
      await context.close()
      if (offline) {
        gateway.fault = () => ({ reached: false, why: 'refused' })
        await server.close()
      }
      ;({ context, page } = await openBrowser(profile, url))
    },
    async picture(name) {
      if (PICTURES === undefined) return
      await page.screenshot({ path: path.join(PICTURES, `${name}.png`), animations: 'disabled' })
    },
    async close() {
      await context.close()
      await server.close()
      served.close()
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function openBrowser(profile: string, url: string): Promise<{ context: BrowserContext; page: Page }> {
  const { executablePath, env } = await chromiumPath()
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    env: { ...process.env, ...env },
    locale: 'en-GB',
    viewport: { width: 360, height: 740 },
  })
  const page = await context.newPage()
  await page.goto(`${url}/`)
  return { context, page }
}
