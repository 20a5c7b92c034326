import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { openPage, type OpenedPage } from './with-page.ts'

const entry = fileURLToPath(new URL('./with-page.entry.ts', import.meta.url))
const timeoutMs = 60_000

let userDataDir: string
let pages: OpenedPage[]

beforeEach(() => {
  userDataDir = fs.mkdtempSync(path.join(tmpdir(), 'holdfast-with-page-'))
  pages = []
})

afterEach(async () => {
  for (const page of pages) await page.close()
  fs.rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 })
})

test(
  'exports are called by name in a secure page; their errors come back',
  { timeout: timeoutMs },
  async () => {
    const page = await open()
    expect(await page.call('isSecure')).toBe(true)
    await expect(page.call('fail', 'on purpose')).rejects.toThrow('on purpose')
    await expect(page.call('missing')).rejects.toThrow('exports no function missing')
  },
)

test('two tabs share storage', { timeout: timeoutMs }, async () => {
  const page = await open()
  const tab = await page.newTab()
  await tab.call('save', 'from the second tab')
  expect(await page.call('load')).toBe('from the second tab')
})

test(
  'storage survives a kill of the whole browser, under the same origin',
  { timeout: timeoutMs },
  async () => {
    const page = await open(userDataDir)
    await page.call('save', 'kept')
    page.killBrowser()
    await expect(page.call('load')).rejects.toThrow()
    const again = await open(userDataDir)
    expect(await again.call('load')).toBe('kept')
  },
)

async function open(profile?: string): Promise<OpenedPage> {
  const page = await openPage({ entry, ...(profile !== undefined && { userDataDir: profile }) })
  pages.push(page)
  return page
}
