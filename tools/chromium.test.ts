import { chromium } from 'playwright-core'
import { afterEach, expect, test, vi } from 'vitest'

import { chromiumPath } from './chromium.ts'

afterEach(() => vi.unstubAllEnvs())

test('the Chromium out of npm starts, shows a page, and writes it in the font it brings along', async () => {
  const paths = await Promise.all([chromiumPath(), chromiumPath()])
  expect(paths[0]).toEqual(paths[1])
  const [{ executablePath, env }] = paths
  const browser = await chromium.launch({ executablePath, env: { ...process.env, ...env } })
  try {
    const page = await browser.newPage()
    await page.goto('data:text/html;charset=utf-8,<p>12,50 € accepted</p>')
    expect(await page.textContent('p')).toBe('12,50 € accepted')
    if (env['FONTCONFIG_PATH'] === undefined) return
    const session = await page.context().newCDPSession(page)
    await session.send('DOM.enable')
    await session.send('CSS.enable')
    const { root } = await session.send('DOM.getDocument')
    const { nodeId } = await session.send('DOM.querySelector', { nodeId: root.nodeId, selector: 'p' })
    const { fonts } = await session.send('CSS.getPlatformFontsForNode', { nodeId })
    expect(fonts.map((font) => font.familyName)).toEqual(['Open Sans'])
  } finally {
    await browser.close()
  }
}, 60_000)

test('HOLDFAST_CHROMIUM names another browser', async () => {
  vi.stubEnv('HOLDFAST_CHROMIUM', '/opt/chrome')
  expect(await chromiumPath()).toEqual({ executablePath: '/opt/chrome', env: {} })
})
