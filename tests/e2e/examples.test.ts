import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { freeBasePort, type Ready } from '@holdfast/local'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { build, preview } from 'vite'

import { labClient } from './support/lab-client.ts'
import { dropHome, newHome, type RunningStack, startLocal } from './support/running-stack.ts'
import { openTill } from './support/till-browser.ts'

let home: string
let stack: RunningStack

beforeAll(async () => {
  home = newHome()
  stack = await startLocal({ home, basePort: await freeBasePort() })
})

afterAll(async () => {
  await stack.stop()
  dropHome(home)
})

const example = (file: string) => fileURLToPath(new URL(`../../examples/${file}`, import.meta.url))

it('SQ13 TM13: the example in Node sells without the network, and its payment is forwarded when it is back', async () => {
  const { ready } = stack
  const dataDir = path.join(home, 'example-till')
  const args = [example('node/sell-offline.ts'), ready.shop, await deviceCode(ready), dataDir]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += String(bytes)))
  const code = await new Promise((resolve) => child.once('close', resolve))
  expect(code, output).toBe(0)
  const paymentId = /^stored (pi_\w{24}) safe to power off: false$/m.exec(output)?.[1]
  expect(output).toContain('receipt: accepted_offline')
  expect(output).toContain(`forwarded ${paymentId}`)
  expect(output).toMatch(/safe to power off: true\n$/)
})

it('MP1 MP8: the example page sells in an outage, and shows what becomes of the payment', async () => {
  const { ready } = stack
  const site = await serveExample('web')
  const url = `${site.url}?gateway=${encodeURIComponent(ready.shop)}&code=${await deviceCode(ready)}`
  const browser = await openTill(path.join(home, 'example-browser'), url)
  try {
    const { page } = browser
    await page.getByText('Network: online').waitFor()
    await labClient(ready.lab).state({ internet: 'down' })
    await page.getByRole('button', { name: 'Sell' }).click()
    await page.getByText(/Last sale: stored pi_/).waitFor()
    await page.getByText(/^QUEUED pi_/).waitFor()
    await labClient(ready.lab).state({ internet: 'up' })
    await page.getByText(/^PROCESSED pi_/).waitFor({ timeout: 60_000 })
  } finally {
    await browser.close()
    await site.close()
  }
})

/** A device code, as an administrator would read it out. */
async function deviceCode({ gateway, keys }: Ready): Promise<string> {
  const answer = await fetch(`${gateway}/internal/v1/device_codes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.stripe}`, 'content-type': 'application/json' },
    body: '{}',
  })
  const { code } = (await answer.json()) as { code: string }
  return code
}

/** Built as for production, and served. */
async function serveExample(name: string): Promise<{ url: string; close(): Promise<void> }> {
  const outDir = mkdtempSync(path.join(tmpdir(), 'holdfast-example-'))
  const common = { configFile: false, root: example(name), logLevel: 'error' } as const
  await build({ ...common, build: { outDir, emptyOutDir: true, target: 'es2022' } })
  const server = await preview({ ...common, build: { outDir }, preview: { port: 0, host: 'localhost' } })
  return {
    url: server.resolvedUrls?.local[0] ?? '',
    async close() {
      await server.close()
      rmSync(outDir, { recursive: true, force: true })
    },
  }
}
